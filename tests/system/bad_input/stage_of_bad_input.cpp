#include "system/stage.h"

namespace belfry::test {
namespace {

/// Beside the good tenants, one broken file of each kind. The host must come up all the same.
HostOptions withBrokenFiles() {
  HostOptions options;
  options.tenant_files["broken-yaml"] = "tenant: broken-yaml\nproviders: [\n";
  options.tenant_files["unknown-key"] = "tenant: unknown-key\nprovider: []\n";
  options.tenant_files["unknown-plugin"] =
      "tenant: unknown-plugin\nproviders:\n  - {id: one, plugin: smptp, channel: email}\n";
  options.tenant_files["unknown-channel"] =
      "tenant: unknown-channel\nproviders:\n  - {id: one, plugin: smtp, channel: smoke}\n";
  options.tenant_files["wrong-channel"] =
      "tenant: wrong-channel\nproviders:\n  - {id: one, plugin: smtp, channel: sms, config: {host: a.example, port: "
      "25, tls: none, "
      "from: a@b.example}}\n";
  options.tenant_files["wrong-config"] =
      "tenant: wrong-config\nproviders:\n  - {id: one, plugin: smtp, channel: email, config: {host: a.example, port: "
      "99999, tls: "
      "sometimes, from: a@b.example, hots: x}}\n";
  options.tenant_files["no-secret"] = R"(tenant: no-secret
providers:
  - id: locked
    plugin: smtp
    channel: email
    config: {host: 127.0.0.1, port: 25, tls: none, username: belfry, from: a@b.example}
    secrets:
      password: {env: BELFRY_TEST_NO_SUCH_SECRET}
)";
  options.template_files["acme/broken"] =
      "key: broken\nengine: mustache\nlanguage: en\ncontent:\n  email:\n    subject: x\n    text: \"{{#open}} never "
      "closed\"\n";
  options.template_files["acme/no-engine"] =
      "key: no-engine\nengine: moustache\nlanguage: en\ncontent: {email: {subject: x, text: x}}\n";
  options.template_files["nobody/orphan"] =
      "key: orphan\nengine: mustache\nlanguage: en\ncontent: {email: {subject: x, text: x}}\n";
  return options;
}

}  // namespace

Stage& stage() {
  static Stage the_one(withBrokenFiles());
  return the_one;
}

}  // namespace belfry::test
