// The long form of the fault tests: a steady stream of mails while a seeded generator kills the host, PostgreSQL, Redis
// and the SMTP server, one after the other, for as long as asked. Started by tests/fault/run.
//
//   fault_storm --seed N --minutes M
//
// Ends with code 0 only if every notification that got a 202 is delivered or `unknown` with its reason, and nothing was
// sent twice but what was being sent when its worker died.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fault/support/host_under_fault.h"
#include "fault/support/sender.h"
#include "fault/support/stock.h"
#include "support/mail_sink.h"
#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kMailsAWave = 400;
constexpr auto kLimit = 120s;

class Storm {
 public:
  explicit Storm(unsigned seed) : random_(seed), relay_(freePort()), host_(faultOptions({{"acme", relay_}}, 2s)) {
    sinks_.push_back(std::make_unique<MailSink>(std::vector<std::string>{"--port", std::to_string(relay_)}));
  }

  /// One wave: mails under way, one fault in the middle of them, everything accepted at last. False when they are not.
  bool wave(int number) {
    Sender sender(host_.port(), host_.adminKey(), mails(kMailsAWave, "w" + std::to_string(number) + "n", "acme"),
                  ledger_);
    const auto before_fault = std::uniform_int_distribution<std::size_t>(1, kMailsAWave - 50)(random_);
    if (!sender.waitForAccepted(before_fault, kLimit)) return complain("no answers before the fault");
    const auto& [name, fault] = faults_[std::uniform_int_distribution<std::size_t>(0, faults_.size() - 1)(random_)];
    std::printf("wave %d: %s after %zu of %zu\n", number, name, before_fault, kMailsAWave);
    std::fflush(stdout);
    fault();
    sender.redirect(host_.port());
    if (!sender.waitForAll(kLimit)) return complain("no answers after the fault");
    for (const auto& surprise : sender.surprises()) return complain("an answer that helps no client: " + surprise);
    return true;
  }

  bool reckon() {
    if (!host_.waitForNoWork(kLimit)) return complain("work is left");
    std::vector<const MailSink*> sinks;
    for (const auto& sink : sinks_) sinks.push_back(sink.get());
    const auto stock = takeStock(host_, ledger_, sinks);
    const auto doubled = host_.count("SELECT count(*) FROM belfry.notifications") - static_cast<long>(stock.accepted);
    std::printf("%s, taken twice: %ld\n%s", stock.summary().c_str(), doubled, stock.findings().c_str());
    return stock.lost == 0 && stock.inexcusable == 0 && doubled == 0;
  }

 private:
  bool complain(const std::string& what) {
    std::printf("%s\n%s\n", what.c_str(), host_.output().c_str());
    return false;
  }

  void restart() {
    host_.kill();
    host_.start();
  }

  void replaceSink() {
    sinks_.back()->kill();
    sinks_.push_back(std::make_unique<MailSink>(std::vector<std::string>{"--port", std::to_string(relay_)}));
  }

  const std::vector<std::pair<const char*, std::function<void()>>> faults_ = {
      {"host killed", [this] { restart(); }},
      {"host and its servers killed", [this] { host_.killPostgres(), host_.killRedis(), restart(); }},
      {"host stopped", [this] { host_.stop(kLimit), host_.start(); }},
      {"postmaster killed", [this] { host_.killPostmaster(); }},
      {"PostgreSQL killed", [this] { host_.killPostgres(); }},
      {"Redis killed", [this] { host_.killRedis(); }},
      {"SMTP server killed", [this] { replaceSink(); }},
  };
  std::mt19937 random_;
  const std::uint16_t relay_;
  std::vector<std::unique_ptr<MailSink>> sinks_;
  HostUnderFault host_;
  Ledger ledger_;
};

int run(unsigned seed, double minutes) {
  const auto end =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(60 * minutes));
  Storm storm(seed);
  for (int number = 1; number == 1 || Steady::now() < end; ++number) {
    if (!storm.wave(number)) return 1;
  }
  return storm.reckon() ? 0 : 1;
}

}  // namespace
}  // namespace belfry::test

int main(int argc, char** argv) {
  unsigned seed = 1;
  double minutes = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seed") == 0) seed = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
    if (std::strcmp(argv[i], "--minutes") == 0) minutes = std::atof(argv[i + 1]);
  }
  return belfry::test::run(seed, minutes);
}
