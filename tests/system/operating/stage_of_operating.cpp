#include "system/stage.h"

namespace belfry::test {
namespace {

HostOptions verboseAndStrict() {
  HostOptions options;
  options.set = {"log.level=debug", "http.head_timeout_ms=500"};
  options.environment["BELFRY_TEST_PASSWORD"] = "a-very-secret-password";
  options.tenant_files["secret"] = R"(tenant: secret
providers:
  - id: one
    plugin: smtp
    channel: email
    config: {host: 127.0.0.1, port: 25, tls: none, username: belfry, from: a@b.example}
    secrets: {password: {env: BELFRY_TEST_PASSWORD}}
)";
  return options;
}

}  // namespace

Stage& stage() {
  static Stage the_one(verboseAndStrict());
  return the_one;
}

}  // namespace belfry::test
