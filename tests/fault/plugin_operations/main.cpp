// Many operations of the bundled channel plugins through the host's plugin adapter, several threads at once: sends,
// callbacks, probes and look-ups of their golden vectors, against a world that answers 2xx, 4xx, 5xx, too late or not
// at all. Each must end exactly once, and memory must stay flat. Meant for the asan and tsan builds:
//
//   build/asan/tests/plugin_operations --operations 1000000 --seed 1
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "adapters/openssl/openssl_signatures.h"
#include "answering_exchange.h"
#include "kit/log.h"

#include "adapters/plugins/instance_parts.h"
#include "workload.h"

#if defined(__SANITIZE_ADDRESS__)
/// What was freed is kept for a while; the default (256 MB) would hide what grows.
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=16"; }
#endif

namespace belfry::test {
namespace {

constexpr int kDrivers = 3;
constexpr int kUnderWay = 200;  // of each driver

std::size_t residentKb() {
  std::ifstream in("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

/// How many operations ended, and as what.
class Tally {
 public:
  void note(Job::Kind kind, const std::string& word) {
    std::lock_guard lock(mutex_);
    ++counts_[{kind, word}];
    ++ended_;
    changed_.notify_all();
  }
  void waitFor(const std::function<bool(std::uint64_t ended)>& enough) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return enough(ended_); });
  }
  void print() {
    static constexpr const char* kKinds[] = {"send", "callback", "probe", "look_up"};
    std::lock_guard lock(mutex_);
    for (const auto& [what, n] : counts_)
      std::printf("  %-8s %-20s %lu\n", kKinds[static_cast<int>(what.first)], what.second.c_str(), n);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<Job::Kind, std::string>, std::uint64_t> counts_;  // guarded by mutex_
  std::uint64_t ended_ = 0;                                            // guarded by mutex_
};

class Storm {
 public:
  Storm(const Workload& workload, std::uint64_t operations) : workload_(workload), operations_(operations) {}

  /// Ends when all have ended; ends the program when one ends twice.
  void run(std::uint32_t seed) {
    std::vector<std::jthread> drivers;
    for (int i = 0; i < kDrivers; ++i)
      drivers.emplace_back([this, own = seed + 100 + static_cast<std::uint32_t>(i)] { drive(own); });
    drivers.clear();
    tally_.waitFor([&](std::uint64_t ended) { return ended >= operations_; });
  }
  Tally& tally() { return tally_; }
  std::size_t earlyKb() const { return early_kb_; }

 private:
  void drive(std::uint32_t seed) {
    std::mt19937 random(seed);
    for (;;) {
      const auto number = begun_++;
      if (number >= operations_) return;
      tally_.waitFor([&](std::uint64_t ended) { return number < ended + kDrivers * kUnderWay; });
      if (number == operations_ / 10) early_kb_ = residentKb();
      start(workload_.jobs[random() % workload_.jobs.size()]);
    }
  }

  /// The callback of one operation: the second call of it is a fault of the host.
  auto once(Job::Kind kind) {
    return [this, kind, called = std::make_shared<std::atomic<int>>(0)](const std::string& word) {
      if (++*called != 1) {
        std::fprintf(stderr, "an operation ended twice\n");
        std::abort();
      }
      tally_.note(kind, word);
    };
  }

  void start(const Job& job) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    auto end = once(job.kind);
    switch (job.kind) {
      case Job::Kind::send:
        return job.instance->send(job.message, [end](SendOutcome o) { end(std::string(toText(o.outcome))); });
      case Job::Kind::callback:
        return job.instance->receive(job.callback, deadline,
                                     [end](CallbackOutcome o) { end(std::to_string(o.status)); });
      case Job::Kind::probe:
        return job.instance->probe(deadline, [end](SendOutcome o) { end(std::string(toText(o.outcome))); });
      case Job::Kind::look_up:
        return job.instance->lookUp({DeliveryId::mint(SystemClock().now()), 1, "M1", "x", SystemClock().now()},
                                    deadline, [end](StatusOutcome o) { end(o.known ? "known" : "unknown"); });
    }
  }

  const Workload& workload_;
  const std::uint64_t operations_;
  std::atomic<std::uint64_t> begun_ = 0;
  std::atomic<std::size_t> early_kb_ = 0;
  Tally tally_;
};

std::string option(int argc, char** argv, const std::string& name, const std::string& otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == "--" + name) return argv[i + 1];
  return otherwise;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value) return value;
  std::fprintf(stderr, "%s is not set: run by ctest, or set it\n", name);
  std::exit(2);
}

int run(int argc, char** argv) {
  const auto operations = std::stoull(option(argc, argv, "operations", "10000"));
  const auto seed = static_cast<std::uint32_t>(std::stoul(option(argc, argv, "seed", "1")));
  const auto source = variable("BELFRY_SOURCE_DIR");
  const Log log(2, LogLevel::error);
  const plugins::PluginRegistry registry({{variable("BELFRY_BUILD_DIR") + "/plugins/plugins.lock"}, ""}, log);
  InstanceParts parts;
  AnsweringExchange exchange(seed, 2, Workload::answerBodies(source));
  plugins::PluginChannels channels(registry, parts.with(exchange),
                                   [](const auto&, const auto&) { return std::vector<std::string>(); }, log, {});
  const auto workload = Workload::read(source, channels);
  Storm storm(workload, operations);
  const auto begun = std::chrono::steady_clock::now();
  storm.run(seed);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto late_kb = residentKb();
  std::printf("%llu operations of %zu vectors, %lu exchanges, %.0f s, seed %u\n", operations, workload.jobs.size(),
              exchange.answered(), took.count(), seed);
  storm.tally().print();
  std::printf("resident memory: %zu KB after a tenth, %zu KB at the end\n", storm.earlyKb(), late_kb);
  constexpr std::size_t kSlackKb = 16 << 10;  // what allocators keep for themselves
  if (late_kb <= storm.earlyKb() + storm.earlyKb() / 10 + kSlackKb) return 0;
  std::fprintf(stderr, "memory grows\n");
  return 1;
}

}  // namespace
}  // namespace belfry::test

int main(int argc, char** argv) { return belfry::test::run(argc, argv); }
