// The statements of the hot path on a real, durable PostgreSQL, by size of the group: what one notification costs in
// intake, claim (with the notification) and settle. Run:
//   tests/bench/statements
// The time is that of the round trip, divided by the group ("items_per_second" is notifications a second). CPU is the
// client's alone; PostgreSQL's is in the time.
#include <benchmark/benchmark.h>

#include "adapters/stores/store_fixture.h"

namespace belfry::pg::test {
namespace {

class Bench : public StoreSuite {
 public:
  static void begin() {
    SetUpTestSuite();
    tenant_ = newTenant();
  }
  static void end() { TearDownTestSuite(); }

  static std::vector<NewNotification> group(std::int64_t size) {
    std::vector<NewNotification> made;
    for (std::int64_t i = 0; i < size; ++i) {
      made.push_back(keyed(tenant_, "key-" + std::to_string(++keys_)));
      made.back().request.data_json = data();
    }
    return made;
  }

  /// So many due deliveries, and nothing else.
  static void fill(std::int64_t count) {
    clearDeliveries();
    for (std::int64_t left = count; left > 0; left -= kMost)
      stores_->intake.write(group(std::min<std::int64_t>(left, kMost)), kNoClaims);
    sql("ANALYZE belfry.work, belfry.deliveries, belfry.notifications");
  }

  static void write(const std::vector<NewNotification>& group) { stores_->intake.write(group, kNoClaims); }
  /// With the notifications, in one statement.
  static std::vector<ClaimedDelivery> claim(std::int64_t room) {
    return claimDue(*stores_, {{Priority::medium, static_cast<int>(room)}}, std::chrono::minutes(10), owner_);
  }

  static void settle(const std::vector<ClaimedDelivery>& claims) {
    std::vector<Settlement> ends;
    const auto now = stores_->clock.now();
    for (const auto& claim : claims) {
      Settlement end{};
      end.tenant = claim.tenant;
      end.delivery = claim.id;
      end.attempt = claim.attempt;
      end.priority = claim.priority;
      end.state = DeliveryState::sent;
      end.provider = "relay";
      end.provider_message_id = claim.id.toString();
      end.events = {{EventType::sending, now, claim.attempt, "relay", "{}"},
                    {EventType::sent, now, claim.attempt, "relay", "{}"}};
      ends.push_back(std::move(end));
    }
    stores_->work.settle(ends);
  }

 private:
  static constexpr std::int64_t kMost = 1000;

  void TestBody() override {}

  static std::string data() { return R"({"text":")" + std::string(600, 'x') + R"("})"; }

  static inline TenantId tenant_;
  static inline long keys_ = 0;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

enum class Step { write, claim, settle };

/// One step is timed, the others go on untimed around it.
void measure(benchmark::State& state, Step timed) {
  const auto size = state.range(0);
  Bench::fill(timed == Step::write ? 0 : size);
  for (auto _ : state) {
    state.PauseTiming();
    const auto group = Bench::group(size);
    const auto when = [&](Step step, const auto& act) {
      if (step == timed) state.ResumeTiming();
      act();
      if (step == timed) state.PauseTiming();
    };
    std::vector<ClaimedDelivery> claims;
    when(Step::write, [&] { Bench::write(group); });
    when(Step::claim, [&] { claims = Bench::claim(size); });
    when(Step::settle, [&] { Bench::settle(claims); });
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * size);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Arg(1)->Arg(8)->Arg(32)->Arg(128)->Arg(512)->UseRealTime()->MinTime(0.3)->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(measure, write, Step::write)->Apply(sizes);
BENCHMARK_CAPTURE(measure, claim, Step::claim)->Apply(sizes);
BENCHMARK_CAPTURE(measure, settle, Step::settle)->Apply(sizes);

}  // namespace
}  // namespace belfry::pg::test

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  belfry::pg::test::Bench::begin();
  benchmark::RunSpecifiedBenchmarks();
  belfry::pg::test::Bench::end();
}
