#include "services/intake/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <string>

namespace belfry {
namespace {

bool isAtomByte(unsigned char c) {
  // RFC 5322 §3.2.3 atext, and any byte of a UTF-8 sequence (RFC 6531 §3.3).
  return std::isalnum(c) || c >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool isDotAtom(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' ? text[i - 1] == '.' : !isAtomByte(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool isLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '-' || c >= 0x80; });
}

/// RFC 5321 §4.1.3: `192.0.2.1` or `IPv6:2001:db8::1`.
bool isAddressLiteral(std::string_view literal) {
  constexpr std::string_view kSixTag = "IPv6:";
  in6_addr parsed{};
  if (!literal.starts_with(kSixTag)) return ::inet_pton(AF_INET, std::string(literal).c_str(), &parsed) == 1;
  return ::inet_pton(AF_INET6, std::string(literal.substr(kSixTag.size())).c_str(), &parsed) == 1;
}

bool isNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool isDomain(std::string_view domain) {
  if (domain.size() >= 3 && domain.front() == '[' && domain.back() == ']')
    return isAddressLiteral(domain.substr(1, domain.size() - 2));
  std::size_t labels = 0;
  for (;;) {
    auto dot = domain.find('.');
    auto label = domain.substr(0, dot);
    if (!isLabel(label)) return false;
    ++labels;
    // RFC 3696 §2: a top-level domain is never all digits, so that 192.0.2.1 is no host name.
    if (dot == std::string_view::npos) return labels >= 2 && !isNumber(label);
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace

bool isEmailAddress(std::string_view text) {
  auto at = text.rfind('@');
  return at != std::string_view::npos && text.size() <= 254 && isDotAtom(text.substr(0, at)) &&
         isDomain(text.substr(at + 1));
}

bool isPhoneNumber(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         std::all_of(text.begin() + 1, text.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool isDeviceToken(std::string_view text) {
  return !text.empty() && text.size() <= 4096 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

bool isAddress(Channel channel, std::string_view text) {
  switch (channel) {
    case Channel::email: return isEmailAddress(text);
    case Channel::sms:
    case Channel::whatsapp: return isPhoneNumber(text);
    case Channel::push: return isDeviceToken(text);
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return !text.empty() && text.size() <= 4096 && !hasControlCharacter(text);
  }
  return false;
}

std::string_view addressForm(Channel channel) {
  switch (channel) {
    case Channel::email: return "local@domain with at least two domain labels, at most 254 bytes";
    case Channel::sms:
    case Channel::whatsapp: return "E.164, e.g. +34600000001";
    case Channel::push: return "a device token: 1 to 4096 printable ASCII characters without spaces";
    case Channel::inapp:
    case Channel::slack:
    case Channel::webhook: return "a user id of 1 to 4096 bytes";
  }
  return {};
}

bool hasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace belfry
