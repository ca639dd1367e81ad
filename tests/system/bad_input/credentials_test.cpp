// Who may not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/time.h"
#include "support/http_client.h"
#include "support/wait_until.h"
#include "system/bad_input/refusal.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kList = "/api/v1/services/notifications";

ApiReply issue(const std::string& more) {
  auto reply = stage().host.post("/api/v1/admin/keys", R"({"name":"test")" + more + "}", "acme");
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply;
}

ApiReply listAs(const std::string& key) { return stage().host.api("GET", kList, "", "", {{"X-API-Key", key}}); }

TEST(Credentials, MustBeThere) {
  const auto before = rowCounts();
  const auto raw = request("POST", stage().host.port(), std::string(kList) + "/send",
                           {{"Content-Type", "application/json"}}, mailBody("nobody@example.test"));
  EXPECT_EQ(raw.status, 401) << raw.body;
  EXPECT_THAT(raw.headers.at("www-authenticate"), HasSubstr("Bearer"));
  EXPECT_THAT(raw.body, HasSubstr("X-API-Key"));
  EXPECT_EQ(rowCounts(), before);
}

TEST(Credentials, MustBeRightAndOne) {
  const auto& host = stage().host;
  const auto admin = host.adminKey();
  std::string tampered = admin;
  tampered.back() = tampered.back() == 'a' ? 'b' : 'a';
  for (const auto& key :
       {std::string("nonsense"), std::string("bk_live_"), tampered, admin + "x", std::string(3000, 'k')}) {
    const auto reply = listAs(key);
    expectProblem(reply, 401, "unauthenticated", key.substr(0, 20));
    EXPECT_THAT(reply.body, testing::Not(HasSubstr(tampered)));
  }
  expectProblem(host.api("GET", kList, "", "", {{"Authorization", "Basic YTpi"}}), 401, "unauthenticated", "Basic");
  expectProblem(host.api("GET", kList, "", "", {{"X-API-Key", admin}, {"Authorization", "Bearer " + admin}}), 401,
                "unauthenticated", "two");
}

TEST(Credentials, ARevokedKeyIsRefusedAtOnce) {
  const auto issued = issue(R"(,"roles":["notification-admin"])");
  ASSERT_EQ(listAs(issued.text("/key")).status, 200);
  const auto revoked = stage().host.api("DELETE", "/api/v1/admin/keys/" + issued.text("/id"), "", "acme");
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_NE(revoked.text("/revokedAt"), "null");
  expectProblem(listAs(issued.text("/key")), 401, "unauthenticated", "revoked");
}

TEST(Credentials, AnExpiredKeyIsRefused) {
  const auto expires = SystemClock().now() + 1s;
  const auto issued = issue(R"(,"roles":["notification-admin"],"expiresAt":")" + formatRfc3339(expires) + "\"");
  EXPECT_TRUE(listAs(issued.text("/key")).status == 200 || SystemClock().now() >= expires);
  ApiReply last;
  EXPECT_TRUE(waitUntil(20s, [&] { return (last = listAs(issued.text("/key"))).status == 401; })) << last.body;
  EXPECT_GE(SystemClock().now(), expires);
  expectProblem(last, 401, "unauthenticated", "expired");
}

TEST(Credentials, DoOnlyWhatTheirScopesAllow) {
  const auto& host = stage().host;
  const HttpHeaders reader = {
      {"X-API-Key", issue(R"(,"roles":["notification-admin"],"scopes":["notifications:read"])").text("/key")}};
  EXPECT_EQ(host.api("GET", kList, "", "", reader).status, 200);
  const auto before = rowCounts();
  const auto refused = host.send(mailBody("nobody@example.test"), "", reader);
  expectProblem(refused, 403, "forbidden", "without the scope");
  EXPECT_THAT(refused.text("/detail"), HasSubstr("notifications:send"));
  expectProblem(host.api("POST", "/api/v1/admin/tenants", R"({"slug":"mine"})", "", reader), 403, "forbidden",
                "tenant by a key");
  EXPECT_EQ(rowCounts(), before);
}

TEST(Credentials, NobodyGrantsMoreThanTheirOwn) {
  const auto& host = stage().host;
  const HttpHeaders admin = {{"X-API-Key", issue(R"(,"roles":["notification-admin"])").text("/key")}};
  expectProblem(host.api("POST", "/api/v1/admin/keys", R"({"name":"x","roles":["platform-admin"]})", "", admin), 403,
                "forbidden", "platform-admin");
  const auto wrong =
      host.post("/api/v1/admin/keys", R"({"name":"x","roles":["king"],"expiresAt":"2020-01-01T00:00:00Z"})", "acme");
  expectProblem(wrong, 422, "validation_failed", "role");
  expectFieldError(wrong, "/roles/0", "not_allowed", "role");
}

}  // namespace
}  // namespace belfry::test
