// Bodies that cannot be read, or hold what a send does not take: each refusal names field, value and what is allowed,
// and nothing is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/crypto.h"
#include "support/http_client.h"
#include "system/bad_input/refusal.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;

struct Case {
  std::string name;
  std::string body;
  std::string pointer;  ///< of the field error wanted
  std::string code;     ///< of the field error wanted
};

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

/// A send that is right but for its last members.
std::string sendWith(const std::string& more) {
  return R"({"channel":"email","recipient":{"email":"ada@example.test"},"content":{"text":"x"},)" + more + "}";
}

/// Every case is sent under an idempotency key, which must not stay taken either.
void expectAllRefused(const std::vector<Case>& cases, int status, const std::string& problem_code) {
  const auto before = rowCounts();
  for (const auto& one : cases) {
    const auto reply = stage().send(one.body, {{"Idempotency-Key", "refused"}, {"Content-Type", "application/json"}});
    expectProblem(reply, status, problem_code, one.name);
    if (!one.code.empty()) expectFieldError(reply, one.pointer, one.code, one.name);
  }
  EXPECT_EQ(rowCounts(), before);
}

TEST(BadBody, ThatIsNoJsonIs400WithItsPlace) {
  expectAllRefused({{"cut short", R"({"channel":"email")", "", ""},
                    {"trailing text", R"({"channel":"email"} x)", "", "malformed"},
                    {"trailing comma", R"({"channel":"email",})", "", ""},
                    {"single quotes", "{'channel':'email'}", "", "malformed"},
                    {"a comment", "{/* */}", "", ""},
                    {"a name twice", R"({"channel":"email","channel":"email"})", "/channel", "malformed"},
                    {"a number past all bounds", R"({"data":{"n":1e999}})", "/data/n", "malformed"},
                    {"half a surrogate pair", R"({"data":{"s":"\ud800"}})", "/data/s", "malformed"},
                    {"nothing", "", "", ""}},
                   400, "malformed_json");
  const auto placed = stage().send("{\"channel\": \"email\"\n  \"recipient\": {}}");
  EXPECT_THAT(placed.text("/detail"), HasSubstr("line 2, column 3"));
}

TEST(BadBody, ThatIsNotUtf8OrHoldsNulIs400) {
  const std::string nul("\0", 1);
  expectAllRefused({{"a lone continuation byte", "{\"data\":{\"s\":\"a\x80\"}}", "/data/s", "invalid_utf8"},
                    {"an overlong slash", "{\"data\":{\"s\":\"\xC0\xAF\"}}", "/data/s", "invalid_utf8"},
                    {"a surrogate in UTF-8", "{\"data\":{\"s\":\"\xED\xA0\x80\"}}", "/data/s", "invalid_utf8"},
                    {"Latin-1",
                     "{\"data\":{\"s\":\"Gr\xFC\xDF"
                     "e\"}}",
                     "/data/s", "invalid_utf8"},
                    {"UTF-16", std::string("\xFF\xFE{\0}\0", 6), "", "invalid_utf8"},
                    {"an escaped NUL", R"({"data":{"s":"a\u0000b"}})", "/data/s", "nul_character"},
                    {"a NUL in a key", R"({"dedup":{"key":"a\u0000b"}})", "/dedup/key", "nul_character"},
                    {"a NUL byte", "{\"data\":{\"s\":\"a" + nul + "b\"}}", "/data/s", "nul_character"}},
                   400, "malformed_json");
}

TEST(BadBody, ThatIsTooDeepIsRefused) {
  expectAllRefused({{"200 arrays", sendWith("\"data\":{\"a\":" + nested(200) + "}"), "", ""},
                    {"a million arrays", std::string(1'000'000, '['), "", ""}},
                   400, "malformed_json");
  expectAllRefused(
      {{"data of 33 levels", sendWith("\"data\":{\"a\":" + nested(32) + "}"), "/data", "too_deep"},
       {"metadata of 9 levels", sendWith("\"metadata\":{\"a\":" + nested(8) + "}"), "/metadata", "too_deep"}},
      422, "validation_failed");
}

TEST(BadBody, ThatIsNoObjectIs422) {
  expectAllRefused({{"an array", "[]", "", "wrong_type"},
                    {"a text", "\"send\"", "", "wrong_type"},
                    {"null", "null", "", "wrong_type"}},
                   422, "validation_failed");
}

TEST(BadBody, UnknownFieldsAreNamed) {
  expectAllRefused(
      {{"top level", sendWith(R"("chanel":"email")"), "/chanel", "unknown_field"},
       {"recipient", R"({"channel":"email","recipient":{"emial":"a@b.test"},"content":{"text":"x"}})",
        "/recipient/emial", "unknown_field"},
       {"content", R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"txt":"x"}})", "/content/txt",
        "unknown_field"},
       {"template",
        R"({"channel":"email","recipient":{"email":"a@b.test"},"template":{"key":"welcome","langauge":"en"},"data":{"orderId":1}})",
        "/template/langauge", "unknown_field"},
       {"options", sendWith(R"("options":{"email":{"form":"x@y.test"}})"), "/options/email/form", "unknown_field"},
       {"attachments", sendWith(R"("attachments":[{"filename":"a","contentType":"text/plain","base64":"","url":"x"}])"),
        "/attachments/0/url", "unknown_field"},
       {"a name with a slash", sendWith(R"("a/b~c":1)"), "/a~1b~0c", "unknown_field"}},
      422, "validation_failed");
  EXPECT_THAT(stage().send(sendWith(R"("prioritty":"high")")).text("/errors/0/message"), HasSubstr("priority"));
}

TEST(BadBody, WrongTypesAreNamed) {
  expectAllRefused(
      {{"channel", R"({"channel":7,"recipient":{"email":"a@b.test"},"content":{"text":"x"}})", "/channel",
        "wrong_type"},
       {"channels", R"({"channels":"email","recipient":{"email":"a@b.test"},"content":{"text":"x"}})", "/channels",
        "wrong_type"},
       {"channels' item", R"({"channels":[null],"recipient":{"email":"a@b.test"},"content":{"text":"x"}})",
        "/channels/0", "wrong_type"},
       {"recipient", R"({"channel":"email","recipient":"a@b.test","content":{"text":"x"}})", "/recipient",
        "wrong_type"},
       {"email", R"({"channel":"email","recipient":{"email":["a@b.test"]},"content":{"text":"x"}})", "/recipient/email",
        "wrong_type"},
       {"content", R"({"channel":"email","recipient":{"email":"a@b.test"},"content":"x"})", "/content", "wrong_type"},
       {"text", R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"text":1}})", "/content/text",
        "wrong_type"},
       {"template", R"({"channel":"email","recipient":{"email":"a@b.test"},"template":"welcome"})", "/template",
        "wrong_type"},
       {"template's version",
        R"({"channel":"email","recipient":{"email":"a@b.test"},"template":{"key":"welcome","version":"1"}})",
        "/template/version", "wrong_type"},
       {"data", sendWith(R"("data":[])"), "/data", "wrong_type"},
       {"priority", sendWith(R"("priority":1)"), "/priority", "wrong_type"},
       {"sendAt", sendWith(R"("sendAt":1764579600)"), "/sendAt", "wrong_type"},
       {"delay", sendWith(R"("delay":600)"), "/delay", "wrong_type"},
       {"attachments", sendWith(R"("attachments":{})"), "/attachments", "wrong_type"},
       {"options", sendWith(R"("options":[])"), "/options", "wrong_type"},
       {"headers", sendWith(R"("options":{"email":{"headers":[]}})"), "/options/email/headers", "wrong_type"},
       {"header", sendWith(R"("options":{"email":{"headers":{"X-A":1}}})"), "/options/email/headers/X-A", "wrong_type"},
       {"metadata", sendWith(R"("metadata":"x")"), "/metadata", "wrong_type"},
       {"dryRun", sendWith(R"("dryRun":"yes")"), "/dryRun", "wrong_type"}},
      422, "validation_failed");
}

TEST(BadBody, ValuesOutsideWhatIsAllowedAreNamed) {
  expectAllRefused(
      {{"no channel", R"({"recipient":{"email":"a@b.test"},"content":{"text":"x"}})", "/channels", "required"},
       {"no channels", R"({"channels":[],"recipient":{"email":"a@b.test"},"content":{"text":"x"}})", "/channels",
        "too_few"},
       {"a channel twice", R"({"channels":["email","email"],"recipient":{"email":"a@b.test"},"content":{"text":"x"}})",
        "/channels/1", "duplicate"},
       {"channel and channels",
        R"({"channel":"email","channels":["email"],"recipient":{"email":"a@b.test"},"content":{"text":"x"}})",
        "/channels", "conflict"},
       {"no recipient", R"({"channel":"email","content":{"text":"x"}})", "/recipient", "required"},
       {"no address", R"({"channel":"email","recipient":{"userId":"u"},"content":{"text":"x"}})", "/recipient/email",
        "required"},
       {"neither template nor content", R"({"channel":"email","recipient":{"email":"a@b.test"}})", "/content",
        "required"},
       {"template and content", sendWith(R"("template":{"key":"welcome"})"), "/content", "conflict"},
       {"content without words", R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"subject":"x"}})",
        "/content", "required"},
       {"a strategy", sendWith(R"("strategy":"fallback")"), "/strategy", "not_allowed"},
       {"a priority", sendWith(R"("priority":"asap")"), "/priority", "not_allowed"},
       {"a time that has passed", sendWith(R"("sendAt":"2020-01-01T00:00:00Z")"), "/sendAt", "in_the_past"},
       {"a time without offset", sendWith(R"("sendAt":"2036-12-01T09:00:00")"), "/sendAt", "malformed"},
       {"a time too far", sendWith(R"("sendAt":"2099-12-01T09:00:00Z")"), "/sendAt", "out_of_range"},
       {"a delay in months", sendWith(R"("delay":"P1M")"), "/delay", "malformed"},
       {"a delay and a time", sendWith(R"("delay":"PT1H","sendAt":"2036-12-01T09:00:00Z")"), "/delay", "conflict"},
       {"expired at once", sendWith(R"("expiresAt":"2020-01-01T00:00:00Z")"), "/expiresAt", "out_of_range"},
       {"expires before it is sent", sendWith(R"("delay":"PT1H","expiresAt":"2026-01-01T00:00:00Z")"), "/expiresAt",
        "out_of_range"},
       {"base64", sendWith(R"("attachments":[{"filename":"a","contentType":"text/plain","base64":"%%%"}])"),
        "/attachments/0/base64", "malformed"},
       {"a media type", sendWith(R"("attachments":[{"filename":"a","contentType":"text","base64":"eA=="}])"),
        "/attachments/0/contentType", "malformed"},
       {"a language", R"({"channel":"email","recipient":{"email":"a@b.test","language":"e n"},"content":{"text":"x"}})",
        "/recipient/language", "malformed"},
       {"eleven attachments",
        sendWith("\"attachments\":[" +
                 [] {
                   std::string all;
                   for (int i = 0; i < 11; ++i)
                     all +=
                         std::string(i ? "," : "") + R"({"filename":"a","contentType":"text/plain","base64":"eA=="})";
                   return all;
                 }() +
                 "]"),
        "/attachments", "too_many"}},
      422, "validation_failed");
}

TEST(BadBody, AllFaultsAreReportedAtOnce) {
  const auto reply = stage().send(
      R"({"channel":"email","recipient":{"email":"nobody"},"content":{"text":"x"},"options":{"email":{"from":"me"}},"expiresAt":"2020-01-01T00:00:00Z"})");
  expectProblem(reply, 422, "validation_failed", "three faults");
  EXPECT_EQ(reply.size("/errors"), 3u) << reply.body;
  EXPECT_THAT(reply.text("/detail"), HasSubstr("3 fields"));
  expectFieldError(reply, "/recipient/email", "not_an_address", "address");
  EXPECT_THAT(reply.body, HasSubstr("\"value\":\"nobody\""));
}

TEST(BadBody, PartsThatAreTooLargeAreNamed) {
  const std::string kib(1024, 'x');
  std::string much;
  for (int i = 0; i < 257; ++i) much += kib;
  expectAllRefused(
      {{"metadata", sendWith("\"metadata\":{\"a\":\"" + much.substr(0, 17 * 1024) + "\"}"), "/metadata", "too_large"},
       {"data", sendWith("\"data\":{\"a\":\"" + much + "\"}"), "/data", "too_large"},
       {"a subject",
        R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"text":"x","subject":")" + kib + "\"}}",
        "/content/subject", "too_long"},
       {"attachments",
        sendWith(R"("attachments":[{"filename":"a","contentType":"text/plain","base64":")" +
                 toBase64(std::string(10 * 1024 * 1024 + 1, 'x')) + "\"}]"),
        "/attachments", "too_large"}},
      422, "validation_failed");
}

TEST(BadBody, ThatIsTooLargeIsRefusedBeforeItIsRead) {
  const auto& host = stage().host;
  const auto before = rowCounts();
  HttpConnection connection(host.port());
  connection.send("POST", "/api/v1/services/notifications/send",
                  {{"X-API-Key", host.adminKey()},
                   {"X-Tenant", "acme"},
                   {"Content-Type", "application/json"},
                   {"Content-Length", "33554433"}});
  const auto reply = connection.read();  // not a byte of the body was sent
  EXPECT_EQ(reply.status, 413) << reply.body << reply.error;
  EXPECT_THAT(reply.body, HasSubstr("payload_too_large"));
  EXPECT_THAT(reply.body, HasSubstr("33554432"));
  EXPECT_EQ(rowCounts(), before);
}

TEST(BadRequest, WrongMediaTypeMethodAndPathAreNamed) {
  const auto& host = stage().host;
  const auto form = host.api("POST", "/api/v1/services/notifications/send", "a=b", "acme",
                             {{"Content-Type", "application/x-www-form-urlencoded"}});
  expectProblem(form, 415, "unsupported_media_type", "a form");
  EXPECT_THAT(form.text("/detail"), HasSubstr("application/json"));
  const auto method = host.api("PUT", "/api/v1/services/notifications/send", "{}", "acme");
  expectProblem(method, 405, "method_not_allowed", "PUT");
  EXPECT_EQ(method.headers.at("allow"), "POST");
  expectProblem(host.get("/api/v1/services/notification", "acme"), 404, "not_found", "no such path");
}

}  // namespace
}  // namespace belfry::test
