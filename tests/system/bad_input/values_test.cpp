// Requests of the right form that name what is not there or hold what may not be sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/json.h"
#include "system/bad_input/refusal.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;

std::string quoted(const std::string& text) {
  JsonWriter json;
  json.value(text);
  return json.take();
}

std::string mailTo(const std::string& address) {
  return R"({"channel":"email","recipient":{"email":)" + quoted(address) + R"(},"content":{"subject":"x","text":"x"}})";
}

std::string templated(const std::string& reference, const std::string& data) {
  return R"({"channel":"email","recipient":{"email":"ada@example.test"},"template":)" + reference + R"(,"data":)" +
         data + "}";
}

/// Sends and expects 422 with this field error and no row.
void expectRefused(const std::string& body, const std::string& pointer, const std::string& code,
                   const std::string& what) {
  const auto before = rowCounts();
  const auto reply = stage().send(body, {{"Idempotency-Key", "refused"}});
  expectProblem(reply, 422, "validation_failed", what);
  expectFieldError(reply, pointer, code, what);
  EXPECT_EQ(rowCounts(), before) << what;
}

TEST(Addresses, ThatAreNoneAreRefused) {
  const char* const kNone[] = {"ada",
                               "ada@",
                               "@example.test",
                               "ada@localhost",
                               "ada@example..test",
                               "ada@.example.test",
                               "ada@-example.test",
                               "a da@example.test",
                               "ada@example.test,bob@example.test",
                               "Ada <ada@example.test>",
                               "ada@exam ple.test",
                               "ada@@example.test",
                               ".ada@example.test",
                               "ada.@example.test",
                               "ada@192.0.2.1",
                               "<ada@example.test>",
                               "ada@example.test>",
                               "mailto:ada@example.test?subject=x"};
  for (const auto* address : kNone) expectRefused(mailTo(address), "/recipient/email", "not_an_address", address);
  expectRefused(mailTo(std::string(250, 'a') + "@example.test"), "/recipient/email", "not_an_address",
                "254 bytes and more");
  const auto shown = stage().send(mailTo("ada@localhost"));
  EXPECT_EQ(shown.text("/errors/0/value"), "ada@localhost");
}

TEST(Addresses, OfTheShortFormToo) {
  expectRefused(R"({"channel":"email","recipientUserId":"user_001","subject":"x","body":"x"})", "/recipientUserId",
                "required", "a user id");
}

TEST(HeaderInjection, IsRefusedWhereverAHeaderIsMade) {
  const std::string attacks[] = {"x\r\nBcc: eve@example.test", "x\nBcc: eve@example.test", "x\rBcc: eve@example.test"};
  for (const auto& attack : attacks) {
    const auto value = quoted(attack);
    const auto with = [&](const std::string& recipient_more, const std::string& content_more, const std::string& more) {
      return R"({"channel":"email","recipient":{"email":"ada@example.test")" + recipient_more +
             R"(},"content":{"text":"x")" + content_more + "}" + more + "}";
    };
    const auto option = [&](const std::string& member) {
      return with("", "", R"(,"options":{"email":{)" + member + "}}");
    };
    expectRefused(with("", ",\"subject\":" + value, ""), "/content/subject", "header_injection", "subject");
    expectRefused(with(",\"name\":" + value, "", ""), "/recipient/name", "header_injection", "name");
    expectRefused(mailTo("ada@example.test" + attack), "/recipient/email", "header_injection", "address");
    expectRefused(option("\"from\":" + quoted("a@b.example" + attack)), "/options/email/from", "header_injection",
                  "from");
    expectRefused(option("\"replyTo\":" + quoted("a@b.example" + attack)), "/options/email/replyTo", "header_injection",
                  "replyTo");
    expectRefused(option("\"headers\":{\"X-A\":" + value + "}"), "/options/email/headers/X-A", "header_injection",
                  "header");
    expectRefused(
        with("", "", R"(,"attachments":[{"filename":)" + value + R"(,"contentType":"text/plain","base64":"eA=="}])"),
        "/attachments/0/filename", "header_injection", "filename");
    expectRefused(with("", "",
                       R"(,"attachments":[{"filename":"a","contentType":"image/png","base64":"eA==","contentId":)" +
                           value + "}]"),
                  "/attachments/0/contentId", "header_injection", "contentId");
  }
  expectRefused(
      R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"email":{"text":"x","subject":"x\r\ny"}}})",
      "/content/email/subject", "header_injection", "subject of a channel");
  expectRefused(
      R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"text":"x"},"options":{"email":{"headers":{"X-A\r\nBcc":"x"}}}})",
      "/options/email/headers/X-A\r\nBcc", "malformed", "header name");
  expectRefused(
      R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"text":"x"},"options":{"email":{"headers":{"bCC":"eve@example.test"}}}})",
      "/options/email/headers/bCC", "not_allowed", "Bcc");
}

TEST(HeaderInjection, ThroughATemplatesSubjectIsRefusedWhenItIsRendered) {
  const auto& stage = belfry::test::stage();
  const auto failed =
      stage.sendAndWait(templated(R"({"key":"welcome"})", R"({"orderId":"7\r\nBcc: eve@example.test"})"), "failed");
  EXPECT_EQ(failed.text("/status"), "failed") << failed.body;
  EXPECT_THAT(failed.text("/deliveries/0/error/detail"), HasSubstr("subject"));
  for (const auto& line : stage.sink.messages()) EXPECT_THAT(line, testing::Not(HasSubstr("eve@example.test")));
}

TEST(Templates, ThatAreNotThereAreNamed) {
  expectRefused(templated(R"({"key":"welcom"})", "{}"), "/template/key", "not_found", "unknown key");
  expectRefused(templated(R"({"key":"welcome","version":99})", R"({"orderId":1})"), "/template/key", "not_found",
                "unknown version");
  expectRefused(templated(R"({"key":"broken"})", "{}"), "/template/key", "not_found", "a file that does not compile");
  expectRefused(templated(R"({"key":"No Key"})", "{}"), "/template/key", "malformed", "no key at all");
  const auto reply = stage().host.send(templated(R"({"key":"welcome"})", R"({"orderId":1})"), "other");
  expectFieldError(reply, "/template/key", "not_found", "another tenant's template");
}

TEST(Templates, NeedTheirRequiredVariables) {
  for (const auto* data : {"{}", R"({"orderId":null})", R"({"order":{"id":1}})"}) {
    expectRefused(templated(R"({"key":"welcome"})", data), "/data/orderId", "missing_variable", data);
  }
  const auto reply = stage().send(templated(R"({"key":"welcome"})", "{}"));
  EXPECT_THAT(reply.body, HasSubstr("welcome"));
}

TEST(Templates, ADraftIsUsedOnlyWhenNamed) {
  const auto& host = stage().host;
  ASSERT_EQ(
      host.post("/api/v1/admin/templates", R"({"key":"only-a-draft","content":{"email":{"text":"x"}}})", "acme").status,
      201);
  expectRefused(templated(R"({"key":"only-a-draft"})", "{}"), "/template/key", "not_found", "a draft");
}

TEST(Templates, ThatDoNotCompileAreRefusedWithLineAndColumn) {
  const auto& host = stage().host;
  const auto before = rowCounts();
  const auto reply =
      host.post("/api/v1/admin/templates",
                R"({"key":"wrong","content":{"email":{"text":"line one\n{{#open}} never closed"}}})", "acme");
  expectProblem(reply, 422, "validation_failed", "an open section");
  EXPECT_THAT(reply.body, HasSubstr("line 2"));
  EXPECT_EQ(reply.text("/errors/0/pointer"), "/content/email/text");
  const auto engine = host.post("/api/v1/admin/templates",
                                R"({"key":"wrong","engine":"moustache","content":{"email":{"text":"x"}}})", "acme");
  expectProblem(engine, 422, "validation_failed", "an engine");
  expectFieldError(engine, "/engine", "not_found", "an engine");
  EXPECT_THAT(engine.body, HasSubstr("mustache"));
  EXPECT_EQ(rowCounts(), before);
}

TEST(Channels, ThatAreUnknownOrWithoutProviderAreNamed) {
  const auto on = [](const std::string& channel) {
    return R"({"channel":")" + channel +
           R"(","recipient":{"email":"a@b.test","phone":"+34600000001"},"content":{"text":"x"}})";
  };
  expectRefused(on("smoke"), "/channel", "not_allowed", "unknown channel");
  expectRefused(on("sms"), "/channel", "not_found", "channel without provider");
  EXPECT_THAT(stage().send(on("smoke")).text("/errors/0/allowed"), HasSubstr("email, sms, push"));
}

TEST(Tenants, ThatAreUnknownAreNamed) {
  const auto& host = stage().host;
  const auto before = rowCounts();
  const auto unknown = host.send(mailTo("ada@example.test"), "nosuch");
  expectProblem(unknown, 404, "not_found", "unknown tenant");
  EXPECT_THAT(unknown.text("/detail"), HasSubstr("nosuch"));
  const auto malformed = host.send(mailTo("ada@example.test"), "No Such!");
  expectProblem(malformed, 400, "malformed_request", "no slug");
  EXPECT_THAT(malformed.text("/detail"), HasSubstr("No Such!"));
  EXPECT_EQ(rowCounts(), before);
}

TEST(Dedup, ThatMakesNoSenseIsRefused) {
  const auto with = [](const std::string& dedup, const std::string& more = "") {
    return R"({"channel":"email","recipient":{"email":"ada@example.test"},"content":{"text":"x"},"data":{"a":1},"dedup":)" +
           dedup + more + "}";
  };
  expectRefused(with(R"("yes")"), "/dedup", "wrong_type", "a text");
  expectRefused(with(R"({"ttl":"PT0S"})"), "/dedup/ttl", "out_of_range", "no time at all");
  expectRefused(with(R"({"ttl":"P3660D"})"), "/dedup/ttl", "out_of_range", "ten years");
  expectRefused(with(R"({"ttl":"1 day"})"), "/dedup/ttl", "malformed", "not ISO 8601");
  expectRefused(with(R"({"strategy":"overwrite"})"), "/dedup/strategy", "not_allowed", "an unknown strategy");
  expectRefused(with(R"({"key":""})"), "/dedup/key", "too_short", "an empty key");
  expectRefused(with("{\"key\":" + quoted(std::string(256, 'k')) + "}"), "/dedup/key", "too_long", "a long key");
  expectRefused(with(R"({"key":"a\tb"})"), "/dedup/key", "malformed", "a tab");
  expectRefused(with(R"({"context":["b"]})"), "/dedup/context/0", "not_found", "context that data has not");
  expectRefused(with(R"({"context":["b"]})", R"(,"dryRun":true)"), "/dedup/context/0", "not_found", "in a dry run too");
  expectRefused(with(R"({"context":["a"],"key":"k"})"), "/dedup/context", "conflict", "context of a given key");
  expectRefused(with(R"({"window":"PT1H"})"), "/dedup/window", "unknown_field", "an unknown member");
}

}  // namespace
}  // namespace belfry::test
