#include <fstream>

#include "system/mail/secure_sinks.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

std::string secureTenant(const std::string& slug, const std::string& tls, std::uint16_t port,
                         const std::string& password) {
  return "tenant: " + slug + "\nproviders:\n  - id: " + slug +
         "-smtp\n    plugin: smtp\n    channel: email\n    config: {host: localhost, port: " + std::to_string(port) +
         ", tls: " + tls + ", username: belfry, from: no-reply@" + slug +
         ".example}\n    secrets: {password: " + password + "}\n";
}

/// Tenants whose mails go over TLS to a server that wants a password: by STARTTLS, from the first byte, and by STARTTLS
/// to a server that does not offer it.
HostOptions withSecureTenants(const MailSink& plain) {
  const auto& secure = secureSinks();
  const auto in_file = secure.directory.path() / "password";
  std::ofstream(in_file) << kPassword << "\n";
  const std::string in_environment = "{env: BELFRY_TEST_SMTP_PASSWORD}";
  HostOptions options;
  options.environment["BELFRY_TEST_SMTP_PASSWORD"] = kPassword;
  options.tenant_files["starttls"] = secureTenant("starttls", "starttls", secure.starttls.port(), in_environment);
  options.tenant_files["smtps"] = secureTenant("smtps", "tls", secure.smtps.port(), "{file: " + in_file.string() + "}");
  options.tenant_files["downgraded"] = secureTenant("downgraded", "starttls", plain.port(), in_environment);
  options.tenant_files["careful"] =
      smtpTenant("careful", plain.port()) + "dedup: {enabled: true, ttls: {email: PT2H}, context: [order.id]}\n";
  options.template_files["acme/once"] =
      "key: once\nlanguage: en\ndedup: {strategy: drop, ttl: PT3H}\n"
      "content:\n  email: {subject: 'Booking {{bookingId}}', text: '{{note}}{{extra}}'}\n";
  std::string allowed = "127.0.0.1:" + std::to_string(plain.port());
  for (const auto port : {plain.port(), secure.starttls.port(), secure.smtps.port()})
    allowed += ", localhost:" + std::to_string(port);
  options.set = {"exchange.ca_file=" + secure.certificate.certificate().string(),
                 "exchange.allow_private_hosts=[" + allowed + "]"};
  return options;
}

}  // namespace

Stage& stage() {
  static Stage the_one(withSecureTenants);
  return the_one;
}

}  // namespace belfry::test
