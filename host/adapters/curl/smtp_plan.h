// A checked SmtpExchange, turned into what goes over the wire. Everything that could end a line early is refused here,
// before any library sees it: CR, LF and NUL in envelope fields (command injection), and line ends in the message other
// than CRLF (SMTP smuggling).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/curl/smtp_capabilities.h"
#include "kit/result.h"
#include "ports/smtp_exchange.h"

namespace belfry::curl {

struct SmtpPlan {
  std::string mail_from;
  std::vector<std::string> recipients;
  std::optional<SmtpDsn> dsn;
  std::string wire_message;      ///< dots stuffed (RFC 5321 §4.5.2), ends with the final `.\r\n`
  std::size_t message_size = 0;  ///< before stuffing, what SIZE= says
  bool eight_bit = false;        ///< the message has bytes over 127
  bool needs_utf8 = false;       ///< UTF-8 in the header or the sender
  bool login_only = false;       ///< no transaction
  bool urgent = false;

  /// Why this server cannot take the message at all, or nullopt.
  std::optional<std::string> unsupportedBy(const SmtpCapabilities& server) const;
  /// Whether recipient `i` needs SMTPUTF8.
  bool recipientNeedsUtf8(std::size_t i) const;
  /// With CRLF.
  std::string mailCommand(const SmtpCapabilities& server) const;
  std::string rcptCommand(std::size_t i, const SmtpCapabilities& server) const;
};

/// Checks every field. The error names the field and what is allowed, never an address or secret. Moves the message out
/// of `request`; an empty helo_name is filled with the machine's name.
Result<SmtpPlan, std::string> planSmtp(SmtpExchange& request);

}  // namespace belfry::curl
