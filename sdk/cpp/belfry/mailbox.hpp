// E-mail addresses: what may stand in an SMTP envelope and in an address header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// `Ada Lovelace <ada@example.test>`; the name may be empty.
struct Mailbox {
  std::string name;
  std::string address;  ///< addr-spec without angle brackets
};

namespace mail {

inline bool isAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// RFC 5322 §3.2.3, atext.
inline bool isAtext(char c) {
  return isAlnum(c) || (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos);
}

/// RFC 5321 §4.5.3.1.1: at most 64 bytes. Repeated dots are let through, since old mobile carriers gave out such
/// addresses.
inline bool isLocalPart(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text)
    if (!isAtext(c) && c != '.') return false;
  return true;
}

/// A host name (RFC 1123 §2.1) or an address literal such as [192.0.2.1].
inline bool isDomain(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  const bool literal = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (literal) text = text.substr(1, text.size() - 2);
  char before = '.';
  for (const char c : text) {
    const bool separator = c == '.' || (literal && c == ':');
    if (!isAlnum(c) && !separator && (c != '-' || before == '.')) return false;
    if (!literal && c == '.' && (before == '.' || before == '-')) return false;
    before = c;
  }
  return literal || (before != '.' && before != '-');
}

/// ASCII addr-spec: dot-atom@domain. Quoted local parts are refused, and so is SMTPUTF8 (RFC 6531).
inline bool isAddress(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && isLocalPart(text.substr(0, at)) && isDomain(text.substr(at + 1));
}

inline std::string_view domainOf(std::string_view address) { return address.substr(address.rfind('@') + 1); }

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The text of a quoted-string without its quotes and escapes, or nullopt when it is none.
inline std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    out += text[i];
  }
  return out;
}

inline std::optional<std::string> displayName(std::string_view text) {
  if (!text.empty() && text.front() == '"') return unquoted(text);
  if (text.find_first_of("<>@,;:\\\"[]()") != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

}  // namespace mail

/// Reads `addr`, `<addr>`, `Name <addr>` or `"Name, with specials" <addr>`: exactly one address. On failure nullopt,
/// and `error` says what is allowed. Text with CR, LF or NUL is never accepted.
inline std::optional<Mailbox> parseMailbox(std::string_view text, std::string& error) {
  const auto refuse = [&](const char* why) {
    error = why;
    return std::nullopt;
  };
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return refuse("it has a control character");
  text = mail::trimmed(text);
  Mailbox box;
  std::string_view address = text;
  const auto open = text.rfind('<');
  if (open != std::string_view::npos) {
    if (text.back() != '>') return refuse("it has '<' without '>' at its end");
    address = text.substr(open + 1, text.size() - open - 2);
    const auto name = mail::displayName(mail::trimmed(text.substr(0, open)));
    if (!name) return refuse("its display name has special characters and must stand in double quotes");
    box.name = *name;
  }
  if (!mail::isAddress(address))
    return refuse("it is not one ASCII address such as ada@example.test or Ada <ada@example.test>");
  box.address = address;
  return box;
}

}  // namespace belfry
