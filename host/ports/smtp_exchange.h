// One SMTP transaction as plain values: what is asked of a mail server and what came back, answer by answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ports/exchange_outcome.h"
#include "ports/host_list.h"

namespace belfry {

/// How the connection is protected. Never downgraded: `starttls` with a server that does not offer it is an error.
enum class SmtpTls {
  none,      ///< plain text; credentials are then refused unless the server's address is loopback
  starttls,  ///< RFC 3207, required
  tls        ///< TLS from the first byte (RFC 8314, usually port 465)
};

/// A delivery status notification request (RFC 3461), passed on only when the server offers DSN.
struct SmtpDsn {
  std::string envelope_id;  ///< ENVID, at most 100 printable ASCII characters; empty: none
  /// NOTIFY: `NEVER` or any of `SUCCESS`, `FAILURE`, `DELAY`; empty: the server's default.
  std::vector<std::string> notify;
  bool return_headers_only = false;  ///< RET=HDRS; else the server's default
};

struct SmtpExchange {
  std::string host;  ///< name in ASCII (`xn--` for international ones) or address, without brackets
  std::uint16_t port = 25;
  SmtpTls tls = SmtpTls::starttls;
  std::string username;   ///< empty: no AUTH. Otherwise AUTH PLAIN or LOGIN must succeed before anything is sent.
  std::string password;   ///< never logged
  std::string helo_name;  ///< what EHLO says; empty: the machine's name
  std::string mail_from;  ///< bare address; empty: the null sender `<>`
  /// Bare addresses in UTF-8; see SmtpResult for what non-ASCII needs. None, and no message: login only, on a fresh
  /// connection that ends with QUIT; `done` without any reply when it went well.
  std::vector<std::string> recipients;
  std::string message;  ///< RFC 5322 text, every line ended by CRLF; dots are stuffed on the wire
  std::optional<SmtpDsn> dsn;
  /// The whole exchange ends here at the latest, waiting for a connection included; the setting `timeout` may be
  /// nearer.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Looked at once more when the connection is there: after this nothing leaves, and the end is `not_sent`.
  std::chrono::steady_clock::time_point begin_by = std::chrono::steady_clock::time_point::max();
  /// Where this exchange may go: `host`, `host:port` or `*.domain`. Empty allows nothing.
  HostList allowed_hosts;
  std::string pool_scope;  ///< pooled connections are shared only within one scope, e.g. tenant and provider instance
  /// Begins before what waits for its turn or for a connection to the same place; a sixteenth of the connections is
  /// kept for such.
  bool urgent = false;
  ExchangeTrace trace;
};

/// One reply of the server (RFC 5321 §4.2).
struct SmtpReply {
  int code = 0;               ///< 2xx to 5xx; 0: no reply was read
  std::string enhanced_code;  ///< RFC 3463, e.g. `5.1.1`; empty when absent
  std::string text;           ///< without the codes, lines joined by `\n`; bytes that are not printable ASCII are `?`

  bool positive() const noexcept { return code >= 200 && code < 300; }
  bool transient() const noexcept { return code >= 400 && code < 500; }
  bool permanent() const noexcept { return code >= 500 && code < 600; }
};

/// An address with a non-ASCII local part or domain needs the server's SMTPUTF8 (RFC 6531). Where that is not offered
/// such a recipient gets a reply 553 5.6.7 made by the host, and the others are served; such a sender, or UTF-8 in the
/// message's header, ends the exchange as `unsupported`.
struct SmtpResult {
  ExchangeOutcome outcome;
  std::optional<SmtpReply> mail;      ///< to MAIL FROM
  std::vector<SmtpReply> recipients;  ///< to each RCPT TO, in the request's order; code 0: not asked, or MAIL refused
  std::optional<SmtpReply> data;      ///< to DATA when that was refused, else to the final dot
  /// The reply that ended the exchange before the message: a refusal of greeting, EHLO, STARTTLS or AUTH, or a 421.
  std::optional<SmtpReply> refusal;
  bool connection_reused = false;
  std::string remote_ip;         ///< empty when never connected
  std::uint16_t local_port = 0;  ///< of the connection used; 0 when never connected

  /// The reply that decided for recipient `i`: MAIL's or its own when that was a refusal, else DATA's; nullptr when no
  /// reply decided, which with fate `done` does not happen. The server took the mail for `i` iff it is positive(). With
  /// `maybe_sent`, too, a recipient with a refusal of its own was refused; the others are unknown.
  const SmtpReply* decisive(std::size_t i) const noexcept {
    if (mail && !mail->positive()) return &*mail;
    if (i < recipients.size() && recipients[i].code != 0 && !recipients[i].positive()) return &recipients[i];
    return data ? &*data : nullptr;
  }
};

}  // namespace belfry
