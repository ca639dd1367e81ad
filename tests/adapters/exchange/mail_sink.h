// Debian's aiosmtpd (tests/support/mail_sink.py) as a child process, and what it received.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {

struct ReceivedMail {
  std::string from;
  std::vector<std::string> recipients;
  std::string data;
  std::string tls;        ///< `TLSv1.3`; empty: plain
  std::string auth_user;  ///< empty: none
  std::string helo;
  int peer_port = 0;  ///< the client's: the same for mails that came over one connection
};

class MailSink {
 public:
  /// Starts it with more arguments than --out; throws std::runtime_error when it does not get ready.
  explicit MailSink(std::vector<std::string> arguments = {}, std::uint16_t port = 0);

  std::uint16_t port() const noexcept { return port_; }
  std::vector<ReceivedMail> mails() const;
  void stop();

 private:
  TemporaryDirectory directory_;
  std::optional<ChildProcess> process_;
  std::uint16_t port_ = 0;
};

}  // namespace belfry::test
