// The checker's own host: what it shows of emissions, and what it refuses.
#include "check/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "check/crypto.h"
#include "check/fake_host.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using ::testing::HasSubstr;

bf_str str(std::string_view s) { return {s.data(), s.size()}; }
bf_seg bytes(std::string_view s) { return {BF_SEG_BYTES, BF_XFORM_RAW, 0, str(s)}; }
bf_seg secret(std::string_view s) { return {BF_SEG_SECRET, BF_XFORM_RAW, 0, str(s)}; }

class RecorderTest : public ::testing::Test {
 protected:
  Recorder& start(OpFrame frame) {
    recorder_ = std::make_unique<Recorder>(json_.GetAllocator(), std::move(frame));
    return *recorder_;
  }
  static OpFrame send(std::uint32_t recipients = 1) {
    OpFrame frame;
    frame.kind = BF_REQ_SEND;
    frame.recipients = recipients;
    return frame;
  }
  bf_status http(const bf_http& h, std::uint32_t tag = 0) { return Recorder::ops().http(recorder_->op(), &h, tag); }
  bf_status result(std::uint32_t recipient, std::int32_t outcome = BF_ACCEPTED) {
    bf_result r{};
    r.size = sizeof r;
    r.recipient = recipient;
    r.outcome = outcome;
    return Recorder::ops().result(recorder_->op(), &r);
  }
  std::string emitted() { return compactJson(recorder_->takeEmissions()); }
  std::string rule() const { return recorder_->faults().empty() ? "" : recorder_->faults().back().rule; }

  rapidjson::Document json_;
  std::unique_ptr<Recorder> recorder_;
};

/// POST with a bearer secret.
struct Request {
  explicit Request(std::string_view url_text, std::string_view body_text, std::string_view type = "application/json")
      : url(bytes(url_text)), body(bytes(body_text)), content_type(bytes(type)) {
    headers[0] = {str("Authorization"), authorization, 2};
    headers[1] = {str("Content-Type"), &content_type, 1};
    http.size = sizeof http;
    http.flags = BF_HTTP_COMMITS;
    http.method = str("POST");
    http.url = &url;
    http.n_url = 1;
    http.headers = headers;
    http.n_headers = 2;
    http.body = &body;
    http.n_body = 1;
  }
  bf_seg url, body, content_type;
  bf_seg authorization[2] = {bytes("Bearer "), secret("key")};
  bf_header headers[2];
  bf_http http{};
};

TEST_F(RecorderTest, HttpIsShownWithItsSegmentsAndItsJson) {
  start(send());
  const Request request("https://api.example/v1", R"({"b":1,"a":"x"})");
  EXPECT_EQ(http(request.http, 3), BF_OK);
  EXPECT_EQ(
      emitted(),
      R"([{"http":{"method":"POST","url":"https://api.example/v1","headers":[{"Authorization":["Bearer ",{"secret":"key"}]},)"
      R"("Content-Type: application/json"],"json":{"b":1,"a":"x"},"commits":true},"tag":3}])");
}

TEST_F(RecorderTest, JsonThatWouldNotComeOutTheSameIsShownAsText) {
  start(send());
  for (const char* body : {R"({"a": 1})", R"({"a":1.0e0})", "{\"a\"", "not json"}) {
    const Request request("https://api.example/", body);
    EXPECT_EQ(http(request.http, static_cast<std::uint32_t>(body[1])), BF_OK);
    EXPECT_THAT(emitted(), HasSubstr("\"body\":")) << body;
    recorder_->settle(static_cast<std::uint32_t>(body[1]));
  }
}

TEST_F(RecorderTest, UndeclaredHostsAndSecretsAreDenied) {
  Manifest manifest;
  manifest.egress.hosts = {"api.example", "*.below.example"};
  manifest.egress.config_keys = {"base_url"};
  manifest.secrets = {{"key", true, ""}};
  const Reach reach(manifest, R"({"base_url":"https://Own.Example:8443/x"})");
  OpFrame frame = send();
  frame.reach = &reach;
  start(frame);
  std::uint32_t tag = 0;
  for (const char* good : {"https://api.example/", "https://a.below.example:444/", "https://own.example:8443/y",
                           "https://user@api.example"})
    EXPECT_EQ(http(Request(good, "").http, ++tag), BF_OK) << good;
  for (const char* bad : {"https://other.example/", "https://below.example/", "https://api.example.evil/",
                          "https://api.example@evil.example/"}) {
    EXPECT_EQ(http(Request(bad, "").http, ++tag), BF_E_DENIED) << bad;
    EXPECT_EQ(rule(), "egress");
  }
  Request undeclared("https://api.example/", "");
  undeclared.authorization[1] = secret("other#/a");
  EXPECT_EQ(http(undeclared.http, ++tag), BF_E_DENIED);
  EXPECT_EQ(rule(), "secret_undeclared");
}

TEST_F(RecorderTest, ValueOfASecretInTheOpenIsAFault) {
  const Secrets secrets = {{"key", "s3cr3t-value"},
                           {"account", R"({"private_key":"-----KEY-----abc","project_id":"visible"})"}};
  OpFrame frame = send();
  frame.secrets = &secrets;
  start(frame);
  EXPECT_EQ(http(Request("https://api.example/", R"({"project":"visible"})").http, 1), BF_OK);
  EXPECT_EQ(rule(), "");
  EXPECT_EQ(http(Request("https://api.example/", R"({"a":["x s3cr3t-value y"]})").http, 2), BF_OK);
  EXPECT_EQ(rule(), "secret_shown");
  start(frame);
  EXPECT_EQ(http(Request("https://api.example/?k=-----KEY-----abc", "").http, 1), BF_OK);
  EXPECT_EQ(rule(), "secret_shown");
}

TEST_F(RecorderTest, OneResultForEachMessage) {
  start(send(2));
  EXPECT_EQ(result(0), BF_OK);
  EXPECT_EQ(result(0), BF_E_STATE);
  EXPECT_EQ(rule(), "two_results");
  EXPECT_EQ(result(2), BF_E_INVALID);
  EXPECT_EQ(rule(), "recipient");
  EXPECT_EQ(result(1, 9), BF_E_INVALID);
  EXPECT_EQ(rule(), "outcome");
  recorder_->close(BF_STEP_DONE);
  EXPECT_EQ(rule(), "no_answer");
  const auto before = recorder_->faults().size();
  EXPECT_EQ(result(1), BF_OK);
  recorder_->close(BF_STEP_DONE);
  EXPECT_EQ(recorder_->faults().size(), before);
}

TEST_F(RecorderTest, WaitingNeedsAVerbWithATag) {
  start(send());
  recorder_->close(BF_STEP_WAIT);
  EXPECT_EQ(rule(), "waits_for_nothing");
}

TEST_F(RecorderTest, VerbsOfOtherKindsOfRequestAreRefused) {
  start(send());
  EXPECT_EQ(Recorder::ops().put_token(recorder_->op(), str("t"), 60), BF_E_UNSUPPORTED);
  EXPECT_EQ(rule(), "wrong_kind");
  EXPECT_EQ(Recorder::ops().reply(recorder_->op(), 204, nullptr, 0, str(""), str("")), BF_E_UNSUPPORTED);
}

TEST_F(RecorderTest, MalformedEventIsRefusedAndTheOthersStand) {
  OpFrame frame;
  frame.kind = BF_REQ_WEBHOOK;
  start(frame);
  bf_event event{};
  event.size = sizeof event;
  event.type = BF_RECEIPT_BOUNCED;
  EXPECT_EQ(Recorder::ops().event(recorder_->op(), &event), BF_E_INVALID);
  event.delivery_id = str("d1");
  event.suppress = 1;
  EXPECT_EQ(Recorder::ops().event(recorder_->op(), &event), BF_OK);
  EXPECT_EQ(Recorder::ops().reply(recorder_->op(), 204, nullptr, 0, str(""), str("")), BF_OK);
  EXPECT_EQ(Recorder::ops().event(recorder_->op(), &event), BF_E_STATE);
  EXPECT_EQ(emitted(), R"([{"event":{"type":"bounced","delivery_id":"d1","suppress":true}},{"reply":{"status":204}}])");
}

TEST_F(RecorderTest, HeaderWithALineBreakIsRefused) {
  start(send());
  Request request("https://api.example/", "", "a\r\nX: b");
  EXPECT_EQ(http(request.http), BF_E_INVALID);
  EXPECT_EQ(rule(), "header_break");
}

TEST_F(RecorderTest, EveryRuleSaysHowToMendIt) {
  for (const char* name : {"two_results",
                           "no_answer",
                           "waits_for_nothing",
                           "recipient",
                           "outcome",
                           "secret_shown",
                           "secret_undeclared",
                           "egress",
                           "segment",
                           "token_unasked",
                           "after_end",
                           "wrong_kind",
                           "tag_twice",
                           "too_many",
                           "item",
                           "step",
                           "not_utf8",
                           "header_break",
                           "request",
                           "sleep",
                           "reply"})
    EXPECT_NE(mend(name), "see belfry/steps.h") << name;
}

// RFC 4231 §4.3, RFC 2202 §3, FIPS 180-2 B.1.
TEST(CheckCrypto, KnownAnswers) {
  const auto hex = [](const std::string& raw) {
    std::string out;
    for (const char c : raw) {
      char pair[3];
      std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned char>(c));
      out += pair;
    }
    return out;
  };
  EXPECT_EQ(hex(macOf(BF_MAC_HMAC_SHA256, "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(macOf(BF_MAC_HMAC_SHA1, "Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(digestOf(BF_HASH_SHA256, "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(digestOf(BF_HASH_MD5, "abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(digestOf(99, "abc"), "");
}

TEST(CheckCrypto, Base64) {
  EXPECT_EQ(encodeBase64("fo"), "Zm8=");
  EXPECT_EQ(decodeBase64("Zm8="), "fo");
  EXPECT_EQ(decodeBase64("Zm8"), "fo");
  EXPECT_EQ(decodeBase64("-_-_"), decodeBase64("+/+/"));
  EXPECT_EQ(decodeBase64("Z"), std::nullopt);
  EXPECT_EQ(decodeBase64("Zm 8"), std::nullopt);
}

TEST(CheckCrypto, SecretsByNamePointerAndTransform) {
  const Secrets secrets = {{"plain", "value"}, {"doc", R"({"a":{"b":"deep"}})"}, {"wh", "whsec_Zm8="}};
  EXPECT_EQ(secretValue(secrets, "plain"), "value");
  EXPECT_EQ(secretValue(secrets, "doc#/a/b"), "deep");
  EXPECT_EQ(secretValue(secrets, "doc#/a/c"), std::nullopt);
  EXPECT_EQ(secretValue(secrets, "absent"), std::nullopt);
  EXPECT_EQ(macKey(secrets, {BF_SEG_SECRET, BF_XFORM_WHSEC, 0, str("wh")}), "fo");
}

TEST(CheckCrypto, LoggedSecretIsNoticed) {
  const FakeHost host(Secrets{{"key", "s3cr3t-value"}});
  const auto* log = static_cast<const bf_log_v1*>(host.abi().get(&host.abi(), BF_LOG_1));
  log->log(&host.abi(), BF_LOG_INFO, str("sent"), nullptr, 0);
  EXPECT_EQ(host.leak(), "");
  const bf_kv field{str("key"), str("it is s3cr3t-value")};
  log->log(&host.abi(), BF_LOG_INFO, str("sent"), &field, 1);
  EXPECT_EQ(host.leak(), "secret key in a log line");
}

}  // namespace
}  // namespace belfry::check
