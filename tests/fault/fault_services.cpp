// PostgreSQL and Redis die under a host that lives.
#include <memory>

#include "fault/support/fault_test.h"

namespace belfry::test {
namespace {

class ServiceDeath : public FaultTest {};

TEST_F(ServiceDeath, PostgresqlKilledUnderLoadComesBackAndNothingIsLostOrDoubled) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  auto sender = sendTo(host, mails(450, "pg", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAccepted(100, kLimit)) << host.output();
  const auto first = host.postmaster();
  host.killPostmaster();
  ASSERT_TRUE(waitUntil(kLimit, [&] { return host.postmaster() != first; })) << host.output();
  ASSERT_TRUE(sender.waitForAccepted(200, kLimit)) << host.output();
  const auto second = host.postmaster();
  host.killPostgres();
  ASSERT_TRUE(waitUntil(kLimit, [&] { return host.postmaster() != second; })) << host.output();
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 450U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  EXPECT_EQ(host.count("SELECT count(*) FROM belfry.notifications"), 450);
  EXPECT_EQ(sender.surprises(), std::vector<std::string>());
  EXPECT_TRUE(host.running());
}

TEST_F(ServiceDeath, PostgresqlAwayIsAnsweredWith503AndRetryAfter) {
  MailSink sink;
  auto options = faultOptions({{"acme", sink.port()}}, 30s);
  options.set.push_back("database.acquire_timeout_ms=200");
  auto& host = startHost(options);
  {
    auto before = sendTo(host, mails(20, "before", "acme"), ledger_);
    ASSERT_TRUE(before.waitForAll(kLimit));
  }
  auto away = std::make_unique<PostgresAway>(host);
  host.killPostgres();
  auto sender = sendTo(host, mails(8, "meanwhile", "acme"), ledger_);

  EXPECT_TRUE(waitUntil(kLimit, [&] { return host.get("/health/ready").status == 503; }));
  EXPECT_EQ(host.get("/health/live").status, 200) << "the host itself is well";
  const auto listed = host.get("/api/v1/services/notifications", "acme");
  EXPECT_EQ(listed.status, 503) << listed.body;
  EXPECT_TRUE(listed.headers.contains("retry-after"));
  EXPECT_TRUE(waitUntil(kLimit, [&] { return sender.refused() > 0; })) << "no send was refused";

  away.reset();
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 28U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  EXPECT_EQ(sender.surprises(), std::vector<std::string>());
}

TEST_F(ServiceDeath, PostgresqlKilledWhileTheProviderAnswersSettlesLater) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  sink.control(R"({"data_delay_s": 1})");
  auto sender = sendTo(host, mails(8, "answered", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();
  ASSERT_TRUE(sink.waitForMessages(8, kLimit));
  host.killPostgres();  // the answers come while it is away

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 8U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
}

TEST_F(ServiceDeath, RedisKilledDoesNotMatter) {
  MailSink sink;
  auto& host = startHost(faultOptions({{"acme", sink.port()}}, 30s));
  const auto first = host.redis();
  ASSERT_GT(first, 0);
  auto sender = sendTo(host, mails(300, "redis", "acme"), ledger_);
  ASSERT_TRUE(sender.waitForAccepted(100, kLimit)) << host.output();
  host.killRedis();
  ASSERT_TRUE(sender.waitForAll(kLimit)) << host.output();

  const auto stock = reckon(host, {&sink});
  EXPECT_EQ(stock.delivered, 300U) << stock.findings();
  EXPECT_EQ(stock.duplicates, 0U) << stock.findings();
  EXPECT_EQ(sender.refused() + sender.unanswered(), 0U);
  EXPECT_TRUE(waitUntil(kLimit, [&] { return host.redis() > 0 && host.redis() != first; })) << "Redis stays away";
}

}  // namespace
}  // namespace belfry::test
