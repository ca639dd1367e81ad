// What the fault tests have in common: a ledger, and the reckoning at the end.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "fault/support/host_under_fault.h"
#include "fault/support/sender.h"
#include "fault/support/stock.h"
#include "support/mail_sink.h"
#include "support/wait_until.h"

namespace belfry::test {

using namespace std::chrono_literals;

constexpr auto kLimit = std::chrono::seconds(60);

class FaultTest : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { host_.reset(); }

  /// A host with these options and no notifications. Tests of a suite share the data directory, since making a database
  /// cluster takes longer than what most of them do; each has a life of the host to itself.
  HostUnderFault& startHost(HostOptions options) {
    if (!host_) {
      host_ = std::make_unique<HostUnderFault>(std::move(options));
      return *host_;
    }
    EXPECT_TRUE(host_->stop(kLimit)) << host_->output();
    host_->restartWith(std::move(options));
    host_->forgetNotifications();
    return *host_;
  }

  /// Waits until no work is left, prints the stock and expects what holds in every test: nothing accepted is lost, and
  /// nothing was sent twice but what was being sent when its worker died.
  Stock reckon(const HostUnderFault& host, std::initializer_list<const MailSink*> sinks) {
    EXPECT_TRUE(host.waitForNoWork(kLimit)) << host.output();
    auto stock = takeStock(host, ledger_, sinks);
    std::printf("%s: %s\n", ::testing::UnitTest::GetInstance()->current_test_info()->name(), stock.summary().c_str());
    EXPECT_EQ(stock.lost, 0U) << stock.findings() << host.output();
    EXPECT_EQ(stock.inexcusable, 0U) << stock.findings();
    return stock;
  }

  Ledger ledger_;

 private:
  inline static std::unique_ptr<HostUnderFault> host_;
};

inline Sender sendTo(const HostUnderFault& host, std::vector<Mail> mails, Ledger& ledger, int connections = 8) {
  return Sender(host.port(), host.adminKey(), std::move(mails), ledger, connections);
}

}  // namespace belfry::test
