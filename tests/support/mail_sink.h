// The SMTP server of mail_sink.py, which documents its behaviours, as a child of a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {

/// A self-signed certificate for `localhost` and 127.0.0.1, its own authority, valid for two days.
class TestCertificate {
 public:
  /// Throws std::runtime_error when openssl(1) fails.
  TestCertificate();
  std::filesystem::path certificate() const { return directory_.path() / "certificate.pem"; }
  std::filesystem::path key() const { return directory_.path() / "key.pem"; }

 private:
  TemporaryDirectory directory_;
};

/// Listens on 127.0.0.1 from construction to destruction. One thread at a time.
///
///   const TestCertificate tls;
///   MailSink sink({"--starttls", "--tls-cert", tls.certificate(), "--tls-key", tls.key(), "--auth", "user:secret"});
class MailSink {
 public:
  /// `options` as mail_sink.py takes them. Throws std::runtime_error when it does not listen within 30 s.
  explicit MailSink(std::vector<std::string> options = {});

  std::uint16_t port() const noexcept { return port_; }
  /// One JSON text for each message kept so far, oldest first.
  std::vector<std::string> messages() const;
  /// Waits until at least `count` messages are kept.
  [[nodiscard]] bool waitForMessages(std::size_t count, std::chrono::milliseconds limit) const;
  /// One JSON text for each event so far: connect, close, auth, mail, rcpt, data.
  std::vector<std::string> events() const;
  /// Answers for everybody from now on, as JSON; "" returns to normal.
  void control(const std::string& json) const;
  /// kill -9, as a provider that is suddenly gone.
  void kill() { process_.kill(); }
  /// What it said on standard error, for messages of failed expectations.
  std::string output() const { return process_.output(); }

 private:
  TemporaryDirectory directory_;
  ChildProcess process_;
  std::uint16_t port_ = 0;
};

}  // namespace belfry::test
