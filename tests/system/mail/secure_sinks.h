// SMTP servers that speak TLS and want a password.
#pragma once

#include "support/mail_sink.h"

namespace belfry::test {

inline constexpr const char* kPassword = "a-very-secret-password";

struct SecureSinks {
  SecureSinks() : starttls(options("--starttls")), smtps(options("--smtps")) {}
  std::vector<std::string> options(const std::string& mode) const {
    return {mode,
            "--tls-cert",
            certificate.certificate(),
            "--tls-key",
            certificate.key(),
            "--auth",
            std::string("belfry:") + kPassword};
  }

  TemporaryDirectory directory;
  TestCertificate certificate;
  MailSink starttls;
  MailSink smtps;
};

/// Started at the first call.
inline const SecureSinks& secureSinks() {
  static const SecureSinks the_ones;
  return the_ones;
}

}  // namespace belfry::test
