#include "services/delivery/provider_text.h"

#include <algorithm>
#include <cctype>

#include "kit/log.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

bool sameLetter(unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }

}  // namespace

std::string storableText(std::string_view text, std::size_t most) {
  // Four times as much as is kept is enough, whatever is replaced, and keeps a huge reply cheap.
  auto valid = replaceInvalidUtf8(text.substr(0, most * 4));
  for (auto at = valid.find('\0'); at != std::string::npos; at = valid.find('\0', at))
    valid.replace(at, 1, "\xEF\xBF\xBD");
  if (valid.size() > most) valid.resize(validUtf8Prefix(std::string_view(valid).substr(0, most)));
  return valid;
}

std::string withoutAddress(std::string_view text, std::string_view address) {
  constexpr std::size_t kShortest = 5;
  std::string masked;
  auto at = text.begin();
  while (address.size() >= kShortest) {
    auto found = std::search(at, text.end(), address.begin(), address.end(), sameLetter);
    masked.append(at, found);
    if (found == text.end()) return masked;
    masked += maskAddress(address);
    at = found + static_cast<std::ptrdiff_t>(address.size());
  }
  return std::string(text);
}

}  // namespace belfry
