#include "system/bad_input/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_services.h"

namespace belfry::test {

using testing::StartsWith;

void expectProblem(const ApiReply& reply, int status, const std::string& code, const std::string& of_what) {
  EXPECT_EQ(reply.status, status) << of_what << ": " << reply.body << reply.error;
  if (reply.status == 0) return;
  EXPECT_EQ(reply.headers.count("content-type") ? reply.headers.at("content-type") : "", "application/problem+json")
      << of_what;
  EXPECT_EQ(reply.text("/code"), code) << of_what << ": " << reply.body;
  EXPECT_EQ(reply.text("/status"), std::to_string(status)) << of_what;
  EXPECT_THAT(reply.text("/type"), StartsWith("https://belfry.dev/errors/")) << of_what;
  EXPECT_NE(reply.text("/title"), "") << of_what;
  EXPECT_NE(reply.text("/detail"), "") << of_what;
  EXPECT_NE(reply.text("/requestId"), "") << of_what;
  EXPECT_EQ(reply.headers.count("x-request-id") ? reply.headers.at("x-request-id") : "", reply.text("/requestId"))
      << of_what;
}

void expectFieldError(const ApiReply& reply, const std::string& pointer, const std::string& code,
                      const std::string& of_what) {
  for (std::size_t i = 0; i < reply.size("/errors"); ++i) {
    const auto entry = "/errors/" + std::to_string(i);
    if (reply.text(entry + "/pointer") != pointer || reply.text(entry + "/code") != code) continue;
    EXPECT_NE(reply.text(entry + "/message"), "") << of_what << ": " << reply.body;
    EXPECT_NE(reply.text(entry + "/allowed"), "") << of_what << ": " << reply.body;
    return;
  }
  ADD_FAILURE() << of_what << ": no error " << code << " at '" << pointer << "' in " << reply.body;
}

std::string rowCounts() {
  const auto rows = runSql(stage().host.superuserUrl(), R"(
    SELECT (SELECT count(*) FROM belfry.notifications), (SELECT count(*) FROM belfry.deliveries),
           (SELECT count(*) FROM belfry.delivery_events), (SELECT count(*) FROM belfry.work),
           (SELECT count(*) FROM belfry.outbox) + (SELECT count(*) FROM belfry.feed),
           (SELECT count(*) FROM belfry.idempotency_keys), (SELECT count(*) FROM belfry.templates),
           (SELECT count(*) FROM belfry.tenants))");
  std::string counts;
  for (const auto& count : rows.at(0)) counts += count + " ";
  return counts;
}

}  // namespace belfry::test
