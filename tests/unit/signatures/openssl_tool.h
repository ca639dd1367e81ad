// Keys and signatures made by the openssl command line: the other side that our own code must agree with.
#pragma once

#include <string>
#include <vector>

#include "support/child_process.h"

namespace belfry::openssl {

/// Files live in a directory of their own until the tool is destroyed.
class OpensslTool {
 public:
  /// Runs `openssl ARGS` in that directory and returns its standard output. Throws when it does not exit with 0.
  std::string run(std::vector<std::string> args) const;
  /// `kind` is RSA:bits, EC:curve or ED25519. PKCS #8 PEM.
  std::string newKey(const std::string& kind) const;
  /// SubjectPublicKeyInfo of a private key, PEM or DER.
  std::string publicPem(const std::string& private_pem) const;
  std::string publicDer(const std::string& private_pem) const;
  /// Raw signature with the digest `sha1` or `sha256`.
  std::string sign(const std::string& private_pem, const std::string& digest, const std::string& data) const;

  /// Writes a file and returns its name, for `run`.
  std::string file(const std::string& name, const std::string& content) const;
  std::string pathOf(const std::string& name) const { return directory_.path() / name; }

 private:
  test::TemporaryDirectory directory_;
};

}  // namespace belfry::openssl
