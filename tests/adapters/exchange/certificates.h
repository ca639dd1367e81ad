// A certificate authority and a server certificate, made by the openssl command for one test program.
#pragma once

#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::test {

class Certificates {
 public:
  /// A certificate for `name` (a DNS name), signed by a CA of its own. Throws std::runtime_error when openssl fails.
  explicit Certificates(const std::string& name);

  std::string caFile() const { return directory_.path() / "ca.pem"; }
  std::string certificateFile() const { return directory_.path() / "server.pem"; }
  std::string keyFile() const { return directory_.path() / "server.key"; }
  /// Arguments for mail_sink.py.
  std::vector<std::string> sinkArguments(const std::string& mode) const {
    return {mode, "--tls-cert", certificateFile(), "--tls-key", keyFile()};
  }

 private:
  void openssl(std::vector<std::string> arguments) const;

  TemporaryDirectory directory_;
};

}  // namespace belfry::test
