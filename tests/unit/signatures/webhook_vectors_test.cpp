// Signatures that providers published: from the shared contracts; without them it is said what was left out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "adapters/openssl/openssl_signatures.h"
#include "kit/crypto.h"
#include "kit/json.h"
#include "support/child_process.h"

namespace belfry::openssl {
namespace {

namespace fs = std::filesystem;

std::optional<JsonDocument> vectors() {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  const char* contracts = std::getenv("BELFRY_CONTRACTS");
  const fs::path root = contracts ? fs::path(contracts) : fs::path(source ? source : ".") / "../shared/contracts";
  const auto file = root / "vectors/webhook-vectors.json";
  if (!fs::exists(file)) {
    std::cout << "left out: " << file << " does not exist (see BELFRY_CONTRACTS)\n";
    return std::nullopt;
  }
  auto parsed = parseJson(test::readFile(file));
  if (!parsed.ok()) throw std::runtime_error(file.string() + ": " + parsed.error().message);
  return std::move(*parsed);
}

bool sendGridSays(const JsonValue& vector, const std::string& timestamp, const std::string& body) {
  const auto signature = fromBase64(vector["X-Twilio-Email-Event-Webhook-Signature"].GetString());
  const auto valid =
      OpenSslSignatures().verify(PublicKeyAlgorithm::ecdsa_p256_sha256, PublicKeyForm::spki,
                                 vector["public_key"].GetString(), timestamp + body, signature.value(), {});
  EXPECT_TRUE(valid.ok()) << valid.error();
  return valid.ok() && *valid;
}

TEST(WebhookVectors, SendGrid) {
  const auto all = vectors();
  if (!all) return;
  const auto& vector = (*all)["sendgrid_event_webhook"];
  const std::string timestamp = vector["X-Twilio-Email-Event-Webhook-Timestamp"].GetString();
  const std::string body = vector["body"].GetString();
  EXPECT_TRUE(sendGridSays(vector, timestamp, body));
  EXPECT_FALSE(sendGridSays(vector, timestamp, body.substr(0, body.size() - 2)));
  EXPECT_FALSE(sendGridSays(vector, "1600112503", body));
}

/// The URL, then each parameter's name and values, sorted, a repeated pair once.
std::string twilioText(const JsonValue& vector) {
  std::set<std::pair<std::string, std::string>> pairs;
  if (vector.HasMember("params")) {
    for (const auto& parameter : vector["params"].GetObject()) {
      if (parameter.value.IsString()) pairs.emplace(parameter.name.GetString(), parameter.value.GetString());
      else
        for (const auto& value : parameter.value.GetArray())
          pairs.emplace(parameter.name.GetString(), value.GetString());
    }
  }
  std::string text = vector["url"].GetString();
  for (const auto& [name, value] : pairs) text += name + value;
  return text;
}

TEST(WebhookVectors, Twilio) {
  const auto all = vectors();
  if (!all) return;
  std::size_t checked = 0;
  for (const auto& vector : (*all)["twilio_signature"].GetArray()) {
    const auto mac =
        OpenSslSignatures().mac(MacAlgorithm::hmac_sha1, vector["auth_token"].GetString(), twilioText(vector));
    EXPECT_EQ(toBase64(mac), vector["X-Twilio-Signature"].GetString()) << vector["source"].GetString();
    if (vector.HasMember("raw_body")) {
      const auto hash = toHex(OpenSslSignatures().digest(DigestAlgorithm::sha256, vector["raw_body"].GetString()));
      EXPECT_TRUE(std::string(vector["url"].GetString()).ends_with("bodySHA256=" + hash));
    }
    ++checked;
  }
  EXPECT_EQ(checked, 3U);
}

}  // namespace
}  // namespace belfry::openssl
