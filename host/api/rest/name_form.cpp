#include "api/rest/name_form.h"

#include <algorithm>

namespace belfry {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isLetter(char c) { return isLower(c) || (c >= 'A' && c <= 'Z'); }

bool isName(std::string_view text, std::size_t most, std::string_view inner) {
  if (text.empty() || text.size() > most || !(isLower(text[0]) || isDigit(text[0]))) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return isLower(c) || isDigit(c) || inner.find(c) != std::string_view::npos; });
}

/// Every part between separators is not empty, not longer than `most` and made of letters, digits and `extra`.
bool isJoined(std::string_view text, char separator, std::size_t most, std::string_view extra) {
  for (;;) {
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    const bool good = !part.empty() && part.size() <= most && std::all_of(part.begin(), part.end(), [&](char c) {
      return isLetter(c) || isDigit(c) || extra.find(c) != std::string_view::npos;
    });
    if (!good) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

bool isSlug(std::string_view text) { return isName(text, 63, "-"); }

bool isTemplateKey(std::string_view text) { return isName(text, 127, "._-"); }

bool isLanguage(std::string_view text) {
  const auto primary = text.substr(0, text.find('-'));
  return text.size() <= 35 && primary.size() >= 2 && std::all_of(primary.begin(), primary.end(), isLetter) &&
         isJoined(text, '-', 8, "");
}

bool isTimeZone(std::string_view text) { return text.size() <= 64 && isJoined(text, '/', 32, "_+-"); }

bool isMediaType(std::string_view text) {
  const auto type = text.substr(0, text.find(';'));
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return visible && text.size() <= 255 && std::count(type.begin(), type.end(), '/') == 1 &&
         isJoined(type, '/', 127, "!#$&-^_.+");
}

bool isVariable(std::string_view text) { return text.size() <= 200 && isJoined(text, '.', 100, "_-"); }

}  // namespace belfry
