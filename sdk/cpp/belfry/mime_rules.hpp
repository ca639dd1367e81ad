// What callers may put into a message: names, types, ids.
#pragma once

#include <belfry/mail_chars.hpp>
#include <belfry/mailbox.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace belfry::mail {

inline bool equalIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// What may stand in a Message-ID and in a boundary without quotes.
inline bool isToken(std::string_view text) {
  for (const char c : text)
    if (!isAlnum(c) && c != '.' && c != '_' && c != '-') return false;
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

/// RFC 5322 §3.6.8: printable ASCII but ':'.
inline bool isFieldName(std::string_view name) {
  for (const char c : name)
    if (c <= ' ' || c > '~' || c == ':') return false;
  return !name.empty() && name.size() <= 60;
}

/// Fields that the builder, a transport or the host writes: not for callers.
inline bool isOwnField(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kOwn = {
      "from",       "to",           "cc",          "bcc",      "subject", "date",          "reply-to",
      "message-id", "mime-version", "return-path", "received", "sender",  "dkim-signature"};
  for (const auto own : kOwn)
    if (equalIgnoringCase(name, own)) return true;
  return equalIgnoringCase(name.substr(0, 8), "content-") || equalIgnoringCase(name.substr(0, 7), "resent-");
}

/// RFC 2045 §5.1: type/subtype, and parameters in printable ASCII.
inline bool isContentType(std::string_view text) {
  const auto type = text.substr(0, text.find(';'));
  const auto slash = type.find('/');
  if (text.size() > 200 || slash == std::string_view::npos) return false;
  const auto part = [](std::string_view word) {
    for (const char c : word)
      if (!isAlnum(c) && std::string_view("!#$&^_.+-").find(c) == std::string_view::npos) return false;
    return !word.empty();
  };
  for (const char c : text)
    if (c < ' ' || c > '~') return false;
  return part(type.substr(0, slash)) && part(trimmed(type.substr(slash + 1)));
}

/// The type that an attachment travels under. Composite types must not be in base64 (RFC 2046 §5.1 and §5.2.1).
inline std::string_view carriedType(std::string_view type) {
  const bool composite =
      equalIgnoringCase(type.substr(0, 10), "multipart/") || equalIgnoringCase(type.substr(0, 8), "message/");
  return composite ? "application/octet-stream" : type;
}

/// Empty is allowed: no content id.
inline bool isContentId(std::string_view text) {
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '<' || c == '>') return false;
  return text.size() <= 200;
}

}  // namespace belfry::mail
