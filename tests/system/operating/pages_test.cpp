// What whoever runs the host asks it: health, metrics, the docs page; and the headers that every answer has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <regex>
#include <sstream>

#include "support/http_client.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

HttpReply open(const std::string& path, const std::string& method = "GET") {
  return request(method, stage().host.port(), path);
}

TEST(Health, NeedsNoCredentialAndSaysOk) {
  for (const auto* path : {"/health", "/health/live", "/health/ready"}) {
    const auto reply = open(path);
    EXPECT_EQ(reply.status, 200) << path << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(R"("status":"ok")")) << path;
    EXPECT_EQ(open(path, "HEAD").status, 200) << path;
    EXPECT_EQ(open(std::string(path) + "?probe=1").status, 200) << path << ": probes add parameters of their own";
  }
}

/// The samples by name with labels; a line that is none fails.
std::map<std::string, double> samplesOf(const std::string& text) {
  static const std::regex kSample(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})?) (\S+)( \d+)?)re");
  static const std::regex kComment(
      R"re(# (HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram|summary|untyped)))re");
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (line.empty() || std::regex_match(line, kComment)) continue;
    if (!std::regex_match(line, parts, kSample)) {
      ADD_FAILURE() << "neither sample nor comment: " << line;
      continue;
    }
    samples[parts[1]] = std::stod(parts[5]);
  }
  return samples;
}

TEST(Metrics, AreInThePrometheusFormatAndCount) {
  const auto sentBy = [](const std::map<std::string, double>& samples) {
    double sent = 0;
    for (const auto& [name, value] : samples) {
      const bool counted = name.find("_count") != std::string::npos || name.find("_total") != std::string::npos;
      if (counted && name.find("accepted") != std::string::npos && name.find("channel=\"email\"") != std::string::npos)
        sent += value;
    }
    return sent;
  };
  const auto reply = open("/metrics");
  ASSERT_EQ(reply.status, 200);
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("text/plain"));
  const auto before = samplesOf(reply.body);
  EXPECT_EQ(stage().sendAndWait(mailBody("metrics@example.test")).text("/status"), "sent");
  const auto after = samplesOf(open("/metrics").body);
  EXPECT_GT(sentBy(after), sentBy(before)) << open("/metrics").body;
  EXPECT_EQ(after.count("belfry_deliveries_in_flight"), 1u);
  EXPECT_THAT(open("/metrics").body, testing::Not(HasSubstr("metrics@example.test")));
}

TEST(Docs, AreAPageServedFromHereAlone) {
  const auto page = open("/docs");
  ASSERT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-type"), StartsWith("text/html"));
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("script-src 'self'"));
  EXPECT_THAT(page.body, testing::Not(HasSubstr("http://")));
  EXPECT_THAT(page.body, testing::Not(HasSubstr("https://")));
  if (!fs::exists(fs::path(std::getenv("BELFRY_BUILD_DIR")) / "docs-ui" / "version")) {
    std::cout << "Left out: the page to try the API on, whose files are not there (packaging/fetch-docs-ui).\n";
    EXPECT_THAT(page.body, HasSubstr("/api/v1/openapi.yaml"));
    return;
  }
  EXPECT_THAT(page.body, HasSubstr("/docs/swagger-ui-bundle.js"));
  const auto script = open("/docs/swagger-ui-bundle.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_GT(script.body.size(), 100'000u);
  EXPECT_THAT(open("/docs/start.js").body, HasSubstr("/api/v1/openapi.json"));
}

TEST(Docs, ServeNoOtherFile) {
  for (const auto* path : {"/docs/../../etc/passwd", "/docs/%2e%2e%2fplugins.lock", "/docs/..%2f..%2fetc%2fpasswd"}) {
    const auto outside = open(path);
    EXPECT_GE(outside.status, 400) << path;
    EXPECT_THAT(outside.body, testing::Not(HasSubstr("root:"))) << path;
  }
}

TEST(Headers, OfEveryAnswerKeepBrowsersFromGuessing) {
  for (const auto* path : {"/health", "/docs", "/metrics", "/api/v1/lookups", "/nosuch"}) {
    const auto reply = open(path);
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(reply.headers.at("x-frame-options"), "DENY") << path;
    EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer") << path;
    EXPECT_NE(reply.headers.at("x-request-id"), "") << path;
    EXPECT_EQ(reply.headers.count("server"), 0u) << path;
  }
  const auto listed = stage().host.get("/api/v1/services/notifications", "acme");
  EXPECT_THAT(listed.headers.at("cache-control"), HasSubstr("no-store"));
}

TEST(RequestIds, OfTheClientAreKeptWhenTheyAreOnes) {
  const auto reply = stage().host.api("GET", "/api/v1/services/notifications/nosuch", "", "acme",
                                      {{"X-Request-Id", "order-1042.retry-1"}});
  EXPECT_EQ(reply.headers.at("x-request-id"), "order-1042.retry-1");
  EXPECT_EQ(reply.text("/requestId"), "order-1042.retry-1");
}

}  // namespace
}  // namespace belfry::test
