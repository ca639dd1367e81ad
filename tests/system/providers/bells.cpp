#include "system/providers/bells.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "support/test_services.h"

namespace belfry::test {
namespace {

constexpr const char* kPublicUrl = "https://bells.example.test";

/// An address of this process alone, so that programs side by side do not fight for port 443.
std::string ownAddress() {
  const unsigned id = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(100 + id / 62500 % 100) + "." + std::to_string(id / 250 % 250) + "." +
         std::to_string(1 + id % 250);
}

/// One entry of a tenant file; `config` and `secrets` are YAML flow mappings.
std::string entry(const std::string& id, const std::string& plugin, const std::string& channel,
                  const std::string& config, const std::string& secrets) {
  return "  - {id: " + id + ", plugin: " + plugin + ", channel: " + channel + ", callback_id: " + id + ", config: {" +
         config + "}, secrets: {" + secrets + "}}\n";
}

std::string tenant(const std::string& slug, const std::string& entries) {
  return "tenant: " + slug + "\nname: " + slug + " Ltd\nauth: [apikey, subscriber-token]\nproviders:\n" + entries;
}

std::string secret(const std::string& name, const std::string& variable) { return name + ": {env: " + variable + "}"; }

std::string sendgrid(const ProviderSimulator& providers, const std::string& id, const std::string& key,
                     const std::string& base_url) {
  return entry(id, "sendgrid", "email",
               "from: 'Acme <no-reply@acme.example>', webhook_public_key: " +
                   providers.account("sendgrid", "webhook_public_key") + ", base_url: '" + base_url + "'",
               secret("api_key", key));
}

std::string twilio(const ProviderSimulator& providers, const std::string& id, const std::string& token) {
  return entry(id, "twilio", "sms",
               "account_sid: " + providers.account("twilio", "account_sid") + ", from: '+15005550006', base_url: '" +
                   providers.baseUrl("twilio") + "'",
               secret("auth_token", token));
}

std::string fcm(const ProviderSimulator& providers, const std::string& id, const std::string& account) {
  return entry(id, "fcm", "push",
               "project_id: " + providers.account("fcm", "project_id") + ", base_url: '" + providers.baseUrl("fcm") +
                   "', token_uri: '" + providers.tokenUri() + "'",
               secret("service_account", account));
}

std::string whatsapp(const ProviderSimulator& providers, const std::string& id, const std::string& token) {
  return entry(id, "whatsapp", "whatsapp",
               "phone_number_id: '" + providers.account("whatsapp", "phone_number_id") + "', base_url: '" +
                   providers.baseUrl("whatsapp") + "'",
               secret("access_token", token) + ", " + secret("app_secret", "WHATSAPP_SECRET") + ", " +
                   secret("verify_token", "WHATSAPP_VERIFY"));
}

std::string aws(const ProviderSimulator& providers, const std::string& plugin, const std::string& id,
                const std::string& channel, const std::string& key, const std::string& more = "") {
  return entry(
      id, plugin, channel,
      "region: " + providers.account(plugin, "region") + ", base_url: '" + providers.baseUrl(plugin) + "'" + more,
      secret("access_key_id", "AWS_ID") + ", " + secret("secret_access_key", key));
}

std::string mailOfSes(const ProviderSimulator& providers) {
  return ", from: 'Cloud <no-reply@cloud.example>', configuration_set: belfry, topic_arns: ['" +
         providers.account("ses", "topic_arn") + "']";
}

std::string slack(const ProviderSimulator& providers, const std::string& id, const std::string& token) {
  return entry(id, "slack", "slack", "channel: '#alerts', base_url: '" + providers.baseUrl("slack") + "/api'",
               secret("bot_token", token));
}

std::string acme(const ProviderSimulator& providers) {
  return tenant("acme", sendgrid(providers, "acme-sendgrid", "SENDGRID_KEY", providers.baseUrl("sendgrid")) +
                            twilio(providers, "acme-twilio", "TWILIO_TOKEN") +
                            fcm(providers, "acme-fcm", "FCM_ACCOUNT") +
                            whatsapp(providers, "acme-whatsapp", "WHATSAPP_TOKEN") +
                            "  - {id: acme-inbox, plugin: inbox, channel: inapp}\n" +
                            slack(providers, "acme-slack", "SLACK_TOKEN") +
                            entry("acme-hook", "webhook", "webhook", "url: '" + providers.baseUrl("hook") + "/acme'",
                                  secret("signing_secret", "HOOK_SECRET")));
}

std::string cloud(const ProviderSimulator& providers) {
  return tenant("cloud", aws(providers, "ses", "cloud-ses", "email", "AWS_SECRET", mailOfSes(providers)) +
                             aws(providers, "sns", "cloud-sms", "sms", "AWS_SECRET", ", sms_type: Transactional") +
                             aws(providers, "sns", "cloud-push", "push", "AWS_SECRET",
                                 ", android_application_arn: '" + providers.account("sns", "application_arn") + "'") +
                             entry("cloud-slack", "slack", "slack", "base_url: '" + providers.baseUrl("slack") + "'",
                                   secret("webhook_url", "SLACK_HOOK")));
}

/// As above, with credentials that no provider takes.
std::string locked(const ProviderSimulator& providers) {
  return tenant("locked",
                sendgrid(providers, "locked-sendgrid", "WRONG", providers.baseUrl("sendgrid")) +
                    twilio(providers, "locked-twilio", "WRONG") + whatsapp(providers, "locked-whatsapp", "WRONG") +
                    aws(providers, "ses", "locked-ses", "email", "WRONG", mailOfSes(providers)) +
                    aws(providers, "sns", "locked-sns", "sms", "WRONG") + slack(providers, "locked-slack", "WRONG"));
}

HostOptions hostOptions(const ProviderSimulator& providers, const std::string& standard_address) {
  const std::string port = std::to_string(providers.httpsPort());
  HostOptions options;
  options.tenant_files["acme"] = acme(providers);
  options.tenant_files["cloud"] = cloud(providers);
  options.tenant_files["locked"] = locked(providers);
  options.tenant_files["named"] =
      tenant("named", sendgrid(providers, "named-sendgrid", "SENDGRID_KEY", "https://api.sendgrid.com:" + port));
  options.tenant_files["neighbour"] =
      tenant("neighbour", sendgrid(providers, "neighbour-sendgrid", "SENDGRID_KEY", providers.baseUrl("sendgrid")) +
                              twilio(providers, "neighbour-twilio", "TWILIO_TOKEN") +
                              "  - {id: neighbour-inbox, plugin: inbox, channel: inapp}\n");
  options.tenant_files["spare"] =
      tenant("spare", sendgrid(providers, "spare-sendgrid", "WRONG", providers.baseUrl("sendgrid")));
  options.tenant_files["keyless"] =
      tenant("keyless", twilio(providers, "keyless-twilio", "BELFRY_TEST_NO_SUCH_SECRET"));
  options.template_files["acme/everywhere"] =
      "key: everywhere\nengine: mustache\nlanguage: en\nvariables: {required: [orderId]}\ncontent:\n"
      "  email: {subject: 'Order {{orderId}}', text: 'Mail {{orderId}}', html: '<p>Mail {{orderId}}</p>'}\n"
      "  sms: {text: 'Text {{orderId}}'}\n  push: {title: 'Push', body: 'Push {{orderId}}'}\n"
      "  inapp: {title: 'Inbox', body: 'Inbox {{orderId}}'}\n";
  options.environment = {{"SENDGRID_KEY", providers.account("sendgrid", "api_key")},
                         {"TWILIO_TOKEN", providers.account("twilio", "auth_token")},
                         {"FCM_ACCOUNT", providers.account("fcm", "service_account")},
                         {"WHATSAPP_TOKEN", providers.account("whatsapp", "access_token")},
                         {"WHATSAPP_SECRET", providers.account("whatsapp", "app_secret")},
                         {"WHATSAPP_VERIFY", providers.account("whatsapp", "verify_token")},
                         {"AWS_ID", "AKIDEXAMPLE"},
                         {"AWS_SECRET", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                         {"SLACK_TOKEN", providers.account("slack", "bot_token")},
                         {"SLACK_HOOK", providers.account("slack", "webhook_url")},
                         {"HOOK_SECRET", providers.account("hook", "secret")},
                         {"WRONG", "not-the-right-credential"}};
  options.set = {"exchange.ca_file=" + providers.caFile().string(),
                 "exchange.allow_private_hosts=[\"localhost:" + port + "\",\"api.sendgrid.com:" + port +
                     "\",\"sns.eu-west-1.amazonaws.com:443\"]",
                 "exchange.resolve=[\"api.sendgrid.com:" + port +
                     ":127.0.0.1\",\"sns.eu-west-1.amazonaws.com:443:" + standard_address + "\"]",
                 std::string("http.public_url=") + kPublicUrl, "callbacks.max_body_bytes=65536"};
  for (const std::string channel : {"email", "sms", "push", "whatsapp", "slack", "webhook"})
    options.set.insert(options.set.end(), {"retry." + channel + ".base_ms=200", "retry." + channel + ".factor=1",
                                           "retry." + channel + ".attempts=3"});
  return options;
}

}  // namespace

Bells::Bells()
    : standard_address(ownAddress()),
      providers({"--standard-address", standard_address}),
      host(hostOptions(providers, standard_address)) {}

ApiReply Bells::send(const std::string& body, const std::string& status, const std::string& tenant_slug) const {
  const auto sent = host.send(body, tenant_slug);
  if (sent.status != 202) throw std::runtime_error("not accepted: " + sent.error + sent.body);
  auto reached = host.waitForStatus(sent.text("/id"), status, tenant_slug);
  EXPECT_EQ(reached.text("/status"), status) << reached.body;
  return reached;
}

long Bells::count(const std::string& from_and_where) const {
  return std::stol(runSql(host.superuserUrl(), "SELECT count(*) FROM belfry." + from_and_where).at(0).at(0));
}

std::string Bells::callbackUrl(const std::string& plugin, const std::string& id) const {
  return host.url() + "/webhooks/" + plugin + "/" + id;
}

Bells& bells() {
  static Bells the_ones;
  return the_ones;
}

SimulatedRequest lastRequest(const std::string& provider, const std::string& outcome) {
  const auto requests = bells().providers.requests(provider, outcome);
  return requests.empty() ? SimulatedRequest() : requests.back();
}

ApiReply readBy(const SimulatedRequest& request) {
  ApiReply reply;
  reply.body = request.parsed;
  if (auto parsed = parseJson(reply.body)) reply.json = std::move(*parsed);
  return reply;
}

std::string textMessage(const std::string& phone, const std::string& more) {
  return R"({"channel":"sms","recipient":{"phone":")" + phone + R"("},"content":{"text":"Your code is 123456"})" +
         more + "}";
}

std::string pushMessage(const std::string& token, const std::string& more) {
  return R"({"channel":"push","recipient":{"deviceTokens":[{"token":")" + token +
         R"(","platform":"android"}]},"content":{"title":"Hello","body":"It rings."})" + more + "}";
}

std::string errorOf(const ApiReply& notification) { return notification.text("/deliveries/0/error"); }

}  // namespace belfry::test
