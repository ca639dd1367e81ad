// The in-app inbox: sent over channel inapp, read back by its owner with a subscriber token, and by nobody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "kit/crypto.h"
#include "system/providers/bells.h"

namespace belfry::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMine = "/api/v1/users/me/notifications";

/// As the product's backend asks for it.
std::string tokenOf(const std::string& user, const std::string& tenant = "acme") {
  const auto issued = bells().host.post("/api/v1/services/subscriber-tokens", R"({"userId":")" + user + "\"}", tenant);
  EXPECT_EQ(issued.status, 201) << issued.body;
  return issued.text("/token");
}

/// As an end user, with nothing but the token.
ApiReply as(const std::string& token, const std::string& method, const std::string& path) {
  return bells().host.api(method, path, "", "", {{"Authorization", "Bearer " + token}});
}

std::string notice(const std::string& user, const std::string& title) {
  return R"({"channel":"inapp","recipient":{"userId":")" + user + R"("},"content":{"title":")" + title +
         R"(","body":"It rings."},"options":{"inapp":{"category":"orders","action_url":"/orders/1","data":{"id":1}}}})";
}

std::string unsignedToken(const std::string& header, const std::string& claims) {
  return toBase64Url(header) + "." + toBase64Url(claims) + ".";
}

/// As any JWT library makes it.
std::string signedToken(const std::string& header, const std::string& claims, const std::string& secret) {
  const std::string content = toBase64Url(header) + "." + toBase64Url(claims);
  const auto mac = hmacSha256(secret, content);
  return content + "." + toBase64Url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

TEST(Inbox, WhatWasSentIsReadMarkedAndRemovedByItsOwner) {
  const auto token = tokenOf("inbox-ada");
  const auto first = bells().send(notice("inbox-ada", "One"), "delivered");
  bells().send(notice("inbox-ada", "Two"), "delivered");
  const auto list = as(token, "GET", kMine);
  ASSERT_EQ(list.size("/items"), 2u) << list.body;
  EXPECT_EQ(list.text("/items/0/title"), "Two");
  EXPECT_EQ(list.text("/items/1/notificationId"), first.text("/id"));
  const std::string one = std::string(kMine) + "/" + list.text("/items/1/id");
  const auto shown = as(token, "GET", one);
  EXPECT_EQ(shown.text("/body"), "It rings.");
  EXPECT_EQ(shown.text("/category"), "orders");
  EXPECT_EQ(shown.text("/actionUrl"), "/orders/1");
  EXPECT_EQ(shown.text("/data/id"), "1");
  EXPECT_EQ(shown.text("/status"), "unread");

  const std::string count = std::string(kMine) + "/unread-count";
  EXPECT_EQ(as(token, "GET", count).text("/unread"), "2");
  EXPECT_EQ(as(token, "POST", one + "/read").text("/status"), "read");
  EXPECT_EQ(as(token, "GET", count).text("/unread"), "1");
  EXPECT_EQ(as(token, "GET", std::string(kMine) + "?status=unread").size("/items"), 1u);
  EXPECT_EQ(as(token, "POST", one + "/unread").text("/status"), "unread");
  EXPECT_EQ(as(token, "GET", count).text("/unread"), "2");
  EXPECT_EQ(as(token, "POST", std::string(kMine) + "/mark-all-read").status, 200);
  EXPECT_EQ(as(token, "GET", count).text("/unread"), "0");
  EXPECT_EQ(as(token, "DELETE", one).status, 200);
  EXPECT_EQ(as(token, "GET", one).status, 404);
  EXPECT_EQ(as(token, "GET", kMine).size("/items"), 1u);
  EXPECT_THAT(bells().host.notification(first.text("/id"), "acme").body, HasSubstr(R"("type":"read")"));
}

TEST(Inbox, AnotherUserAndAnotherTenantsUserOfTheSameNameSeeNothing) {
  bells().send(notice("inbox-eve", "Secret"), "delivered");
  const auto item = as(tokenOf("inbox-eve"), "GET", kMine).text("/items/0/id");
  ASSERT_FALSE(item.empty());
  for (const auto& token : {tokenOf("inbox-mallory"), tokenOf("inbox-eve", "neighbour")}) {
    EXPECT_EQ(as(token, "GET", kMine).size("/items"), 0u);
    for (const auto& [method, what] : {std::pair("GET", ""), {"POST", "/read"}, {"POST", "/unread"}, {"DELETE", ""}})
      EXPECT_EQ(as(token, method, std::string(kMine) + "/" + item + what).status, 404) << method << what;
  }
}

TEST(Inbox, AnEndUserMayNothingElse) {
  const auto token = tokenOf("inbox-ada");
  EXPECT_EQ(as(token, "GET", "/api/v1/services/notifications").status, 403);
  EXPECT_EQ(as(token, "GET", "/api/v1/admin/providers").status, 403);
  EXPECT_EQ(bells().host.get(kMine, "acme").status, 403);
}

TEST(Inbox, TokensThatAreNoneAre401) {
  const auto key = bells().host.post("/api/v1/admin/subscriber-keys", "", "acme");
  ASSERT_EQ(key.status, 201) << key.body;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto claims = [&](const std::string& tenant, long from) {
    return R"({"tenant":")" + tenant + R"(","sub":"inbox-ada","iat":)" + std::to_string(now.count() + from) +
           R"(,"exp":)" + std::to_string(now.count() + from + 3600) + "}";
  };
  const std::string header = R"({"alg":"HS256","typ":"JWT"})", secret = key.text("/secret");
  ASSERT_EQ(as(signedToken(header, claims("acme", 0), secret), "GET", kMine).status, 200);
  struct Bad {
    const char* what;
    std::string token;
  };
  const auto good = signedToken(header, claims("acme", 0), secret);
  for (const auto& bad : {Bad{"expired", signedToken(header, claims("acme", -7200), secret)},
                          Bad{"of another tenant", signedToken(header, claims("neighbour", 0), secret)},
                          Bad{"of an unknown tenant", signedToken(header, claims("nobody", 0), secret)},
                          Bad{"signed with another secret", signedToken(header, claims("acme", 0), secret + "x")},
                          Bad{"alg none", unsignedToken(R"({"alg":"none","typ":"JWT"})", claims("acme", 0))},
                          Bad{"cut", good.substr(0, good.size() - 4)}, Bad{"nonsense", "a.b.c"}})
    EXPECT_EQ(as(bad.token, "GET", kMine).status, 401) << bad.what;
}

}  // namespace
}  // namespace belfry::test
