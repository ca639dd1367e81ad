#include "certificates.h"

#include <stdexcept>

namespace belfry::test {

Certificates::Certificates(const std::string& name) {
  const std::string ca_key = directory_.path() / "ca.key";
  const std::string request = directory_.path() / "server.csr";
  openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Belfry test CA", "-keyout",
           ca_key, "-out", caFile()});
  openssl({"req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
           "-keyout", keyFile(), "-out", request});
  openssl({"x509", "-req", "-in", request, "-CA", caFile(), "-CAkey", ca_key, "-CAcreateserial", "-days", "2",
           "-copy_extensions", "copy", "-out", certificateFile()});
}

void Certificates::openssl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "openssl");
  ChildProcess process({.args = std::move(arguments)});
  const auto status = process.waitForExit(std::chrono::seconds(60));
  if (!status || status->code != 0) throw std::runtime_error("openssl: " + process.output());
}

}  // namespace belfry::test
