#include "adapters/curl/smtp_plan.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "kit/utf8.h"

namespace belfry::curl {
namespace {

using Refusal = std::optional<std::string>;

constexpr std::size_t kMaxUsername = 1024;
constexpr std::size_t kMaxPassword = 8192;  // some providers use tokens
constexpr std::string_view kLetterDigit = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool hasHighBit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
}

bool hasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool only(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetterDigit.find(c) != std::string_view::npos || extra.find(c) != std::string_view::npos;
  });
}

bool isV6(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// RFC 5321 §4.1.2 Quoted-string: what stands between the quotes.
bool isQuotedLocal(std::string_view local) {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return false;
  local = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '"' || local[i] == '<' || local[i] == '>') return false;  // careless servers end the path there
    if (local[i] == '\\' && ++i == local.size()) return false;
  }
  return true;
}

// RFC 5321 §4.1.2 Dot-string, with UTF-8 as in RFC 6531 §3.3; stray dots are let through, since such mailboxes exist.
bool isPlainLocal(std::string_view local) {
  return !local.empty() && std::all_of(local.begin(), local.end(), [](char c) {
    return static_cast<unsigned char>(c) > 127 || kLetterDigit.find(c) != std::string_view::npos ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}

bool isDomain(std::string_view domain) {
  if (domain.starts_with('[') && domain.ends_with(']')) return only(domain.substr(1, domain.size() - 2), ".:-");
  if (domain.empty() || domain.size() > 255 || domain.starts_with('.') || domain.find("..") != std::string_view::npos)
    return false;
  return std::all_of(domain.begin(), domain.end(), [](char c) {
    return static_cast<unsigned char>(c) > 127 || kLetterDigit.find(c) != std::string_view::npos || c == '.' ||
           c == '-' || c == '_';
  });
}

Refusal refuseAddress(const std::string& field, std::string_view address) {
  if (hasControl(address)) return field + " holds CR, LF, NUL or another control character";
  if (!isValidUtf8(address)) return field + " is not UTF-8";
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || address.size() > 320)
    return field + " is not local-part@domain of at most 320 bytes";
  const std::string_view local = address.substr(0, at);
  if (!isPlainLocal(local) && !isQuotedLocal(local))
    return field + " has a local part that is neither a dot-string nor quoted";
  if (!isDomain(address.substr(at + 1)))
    return field + " has a domain that is neither a host name nor an address in brackets";
  return std::nullopt;
}

Refusal refuseServer(const SmtpExchange& request) {
  if (request.port == 0) return "port is 0; allowed: 1 to 65535";
  if (request.host.empty() || request.host.size() > 253) return "host is empty or longer than 253 characters";
  if (!only(request.host, ".-_") && !isV6(request.host))
    return "host '" + std::string(hasControl(request.host) ? "(control characters)" : request.host) +
           "' is neither an ASCII name (international ones as xn--) nor an address without brackets";
  return std::nullopt;
}

Refusal refuseSession(const SmtpExchange& request) {
  if (!only(request.helo_name, ".-_:[]") || request.helo_name.size() > 253)
    return "helo_name is neither a host name nor an address in brackets (letters, digits and .-_:[] only)";
  if (hasControl(request.username)) return "username holds CR, LF, NUL or another control character";
  if (request.password.find('\0') != std::string::npos) return "password holds NUL";
  if (request.username.size() > kMaxUsername || request.password.size() > kMaxPassword)
    return "username is longer than 1024 bytes or password than 8192";
  if (request.username.empty() && !request.password.empty()) return "password is given without a username";
  return std::nullopt;
}

Refusal refuseEnvelope(const SmtpExchange& request) {
  if (!request.mail_from.empty()) {
    if (auto refusal = refuseAddress("mail_from", request.mail_from)) return refusal;
  }
  if (request.recipients.empty()) return "recipients is empty";
  for (std::size_t i = 0; i < request.recipients.size(); ++i) {
    if (auto refusal = refuseAddress("recipients[" + std::to_string(i) + "]", request.recipients[i])) return refusal;
  }
  return std::nullopt;
}

bool isNotify(const std::vector<std::string>& notify) {
  if (notify.size() == 1 && notify[0] == "NEVER") return true;
  return std::all_of(notify.begin(), notify.end(),
                     [](const std::string& word) { return word == "SUCCESS" || word == "FAILURE" || word == "DELAY"; });
}

Refusal refuseDsn(const std::optional<SmtpDsn>& dsn) {
  if (!dsn) return std::nullopt;
  if (dsn->envelope_id.size() > 100 || hasControl(dsn->envelope_id) || hasHighBit(dsn->envelope_id))
    return "dsn.envelope_id is longer than 100 characters or not printable ASCII";
  if (!isNotify(dsn->notify)) return "dsn.notify is neither NEVER nor any of SUCCESS, FAILURE, DELAY";
  return std::nullopt;
}

// RFC 5321 §2.3.8: CR and LF only together. A lone one is where servers disagree about the end of the message.
Refusal refuseMessage(std::string_view message) {
  if (!message.ends_with("\r\n")) return "message does not end with CRLF";
  if (message.find('\0') != std::string_view::npos) return "message holds NUL";
  for (auto at = message.find_first_of("\r\n"); at != std::string_view::npos;
       at = message.find_first_of("\r\n", at + 2)) {
    if (message[at] != '\r' || message[at + 1] != '\n')
      return "message has a line end other than CRLF at byte " + std::to_string(at);
  }
  return std::nullopt;
}

bool isLoginOnly(const SmtpExchange& request) { return request.recipients.empty() && request.message.empty(); }

Refusal refuse(const SmtpExchange& request) {
  if (auto refusal = refuseServer(request)) return refusal;
  if (auto refusal = refuseSession(request)) return refusal;
  if (isLoginOnly(request)) return std::nullopt;
  if (auto refusal = refuseEnvelope(request)) return refusal;
  if (auto refusal = refuseDsn(request.dsn)) return refusal;
  return refuseMessage(request.message);
}

// RFC 5321 §4.5.2 and the final dot.
std::string stuffed(std::string_view message) {
  std::string wire;
  wire.reserve(message.size() + message.size() / 64 + 8);
  if (message.starts_with('.')) wire += '.';
  std::size_t from = 0;
  for (auto at = message.find("\n."); at != std::string_view::npos; at = message.find("\n.", at + 1)) {
    wire.append(message, from, at + 1 - from).append(".");
    from = at + 1;
  }
  wire.append(message, from);
  return wire += ".\r\n";
}

std::string_view headerOf(std::string_view message) {
  return message.substr(0, message.starts_with("\r\n") ? 0 : message.find("\r\n\r\n"));
}

std::string machineName() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0' || !only(name, ".-_")) return "localhost";
  return name;
}

// RFC 3461 §4: xtext.
std::string xtext(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f && c != '+' && c != '=') out += c;
    else (((out += '+') += kHex[static_cast<unsigned char>(c) >> 4]) += kHex[c & 15]);
  }
  return out;
}

}  // namespace

std::optional<std::string> SmtpPlan::unsupportedBy(const SmtpCapabilities& server) const {
  if (server.max_size != 0 && message_size > server.max_size)
    return "the message has " + std::to_string(message_size) + " bytes, the server takes " +
           std::to_string(server.max_size) + " (SIZE)";
  if (needs_utf8 && !server.smtputf8) return "sender or header is not ASCII and the server does not offer SMTPUTF8";
  if (eight_bit && !server.eight_bit_mime) return "the message has 8-bit bytes and the server does not offer 8BITMIME";
  return std::nullopt;
}

bool SmtpPlan::recipientNeedsUtf8(std::size_t i) const { return hasHighBit(recipients[i]); }

std::string SmtpPlan::mailCommand(const SmtpCapabilities& server) const {
  std::string command = "MAIL FROM:<" + mail_from + ">";
  if (server.size) command += " SIZE=" + std::to_string(message_size);
  if (eight_bit) command += " BODY=8BITMIME";
  const bool any_utf8 = needs_utf8 || std::any_of(recipients.begin(), recipients.end(), hasHighBit);
  if (any_utf8 && server.smtputf8) command += " SMTPUTF8";
  if (dsn && server.dsn) {
    if (dsn->return_headers_only) command += " RET=HDRS";
    if (!dsn->envelope_id.empty()) command += " ENVID=" + xtext(dsn->envelope_id);
  }
  return command += "\r\n";
}

std::string SmtpPlan::rcptCommand(std::size_t i, const SmtpCapabilities& server) const {
  std::string command = "RCPT TO:<" + recipients[i] + ">";
  if (dsn && server.dsn && !dsn->notify.empty()) {
    command += " NOTIFY=" + dsn->notify[0];
    for (std::size_t n = 1; n < dsn->notify.size(); ++n) command += ',' + dsn->notify[n];
  }
  return command += "\r\n";
}

Result<SmtpPlan, std::string> planSmtp(SmtpExchange& request) {
  if (auto refusal = refuse(request)) return failure(std::move(*refusal));
  if (request.helo_name.empty()) request.helo_name = machineName();
  SmtpPlan plan;
  plan.urgent = request.urgent;
  plan.login_only = isLoginOnly(request);
  if (plan.login_only) return plan;
  plan.mail_from = request.mail_from;
  plan.recipients = request.recipients;
  plan.dsn = request.dsn;
  plan.message_size = request.message.size();
  plan.eight_bit = hasHighBit(request.message);
  plan.needs_utf8 = hasHighBit(plan.mail_from) || hasHighBit(headerOf(request.message));
  plan.wire_message = stuffed(request.message);
  request.message = {};
  return plan;
}

}  // namespace belfry::curl
