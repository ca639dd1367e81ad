#include "adapters/openssl/mail_message.h"

#include <algorithm>

namespace belfry::openssl {
namespace {

constexpr auto kNone = std::string_view::npos;

/// The offset of a CR without LF or an LF without CR; npos when there is none. SMTP servers rewrite these, and what is
/// rewritten no longer fits its signature.
std::size_t lonelyLineBreak(std::string_view text) {
  for (auto at = text.find_first_of("\r\n"); at != kNone; at = text.find_first_of("\r\n", at + 2))
    if (text.substr(at, 2) != "\r\n") return at;
  return kNone;
}

bool isFieldNameChar(char c) { return c > ' ' && c < '\x7f' && c != ':'; }  // RFC 5322 §3.6.8

bool startsWithSpace(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

std::string lowerCaseName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

/// The end of the field that starts at `from`: where its last CRLF stands, or the end of the text.
std::size_t fieldEnd(std::string_view text, std::size_t from) {
  auto end = text.find("\r\n", from);
  while (end != kNone && startsWithSpace(text.substr(end + 2))) end = text.find("\r\n", end + 2);
  return end == kNone ? text.size() : end;
}

Result<MailField, std::string> parseField(std::string_view line, std::size_t number) {
  const auto colon = line.find(':');
  auto name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);  // RFC 5322 §4.5.8
  if (colon == kNone || name.empty() || !std::all_of(name.begin(), name.end(), isFieldNameChar))
    return failure("message: header field " + std::to_string(number) + " does not start with a name and a colon");
  return MailField{lowerCaseName(name), line.substr(colon + 1)};
}

}  // namespace

Result<MailMessage, std::string> splitMessage(std::string_view text) {
  if (const auto at = lonelyLineBreak(text); at != kNone)
    return failure("message: byte " + std::to_string(at) + " is a line break that is no CRLF");
  MailMessage message;
  std::size_t at = 0;
  while (at < text.size() && text.substr(at, 2) != "\r\n") {
    const auto end = fieldEnd(text, at);
    auto field = parseField(text.substr(at, end - at), message.fields.size() + 1);
    if (!field.ok()) return failure(field.error());
    message.fields.push_back(std::move(*field));
    at = std::min(end + 2, text.size());
  }
  message.body = text.substr(std::min(at + 2, text.size()));
  return message;
}

}  // namespace belfry::openssl
