#include "adapters/curl/smtp_capabilities.h"

#include <strings.h>

#include <charconv>

namespace belfry::curl {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::uint64_t parseSize(std::string_view text) {
  std::uint64_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

}  // namespace

void SmtpCapabilities::learn(std::string_view line) {
  const auto space = line.find_first_of(" =");  // some servers write the obsolete AUTH=LOGIN
  const std::string_view keyword = line.substr(0, space);
  const std::string_view value = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  if (same(keyword, "PIPELINING")) pipelining = true;
  if (same(keyword, "8BITMIME")) eight_bit_mime = true;
  if (same(keyword, "SMTPUTF8")) smtputf8 = true;
  if (same(keyword, "DSN")) dsn = true;
  if (same(keyword, "STARTTLS")) starttls = true;
  if (same(keyword, "AUTH")) auth = true;
  if (same(keyword, "SIZE")) {
    size = true;
    max_size = parseSize(value);
  }
}

}  // namespace belfry::curl
