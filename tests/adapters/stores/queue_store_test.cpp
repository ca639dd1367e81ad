// How long queues are, how they move, and parking: what a claim finds and what it does not.
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

const ClaimRoom kAll{{Priority::critical, 100}, {Priority::high, 100}, {Priority::medium, 100}, {Priority::low, 100}};
constexpr QueueName kMail{Channel::email, Priority::medium};

class QueueStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    sql("TRUNCATE belfry.delivery_statistics, belfry.queue_pauses, belfry.audit_log");
    tenant_ = newTenant();
  }

  static std::vector<ClaimedDelivery> claim() { return claimDue(*stores_, kAll, 60s, owner_); }

  QueueDepth depth(QueueName queue = kMail) {
    for (const auto& one : stores_->queues.depths(tenant_))
      if (one.queue == queue) return one;
    return {};
  }

  /// Rows of work alone, due `ago` before now in steps of a millisecond.
  void fill(int count, const std::string& ago = "1 minute", TenantId tenant = {}) {
    sql("INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, priority, state, due_at, seq) "
        "SELECT " +
        quoted((tenant == TenantId{} ? tenant_ : tenant).toString()) +
        ", gen_random_uuid(), gen_random_uuid(), 'email', 2, 'queued', now() - interval '" + ago +
        "' + n * interval '1 microsecond', 2 FROM generate_series(1, " + std::to_string(count) + ") n");
  }

  AuditEntry line(const std::string& action = "queue.pause") {
    const auto now = stores_->clock.now();
    return {tenant_, AuditId::mint(now), now, "key:ops", action, "tenant", R"({"a":1})", "", "request-1"};
  }

  QueuePause pause(const PauseScope& scope, bool drain = false) {
    const auto now = stores_->clock.now();
    return {PauseId::mint(now), tenant_, drain, scope, "why", "key:ops", now};
  }

  TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

TEST_F(QueueStoreTest, EachDeliveryIsCountedWhereItStands) {
  EXPECT_THAT(stores_->queues.depths(tenant_), IsEmpty());
  store(mail(tenant_));
  store(mail(tenant_, Priority::high));
  auto later = mail(tenant_);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  store(mail(newTenant()));
  auto claimed = claimDue(*stores_, {{Priority::high, 1}}, 60s, owner_);
  ASSERT_THAT(claimed, SizeIs(1));

  const auto medium = depth();
  EXPECT_EQ(medium.waiting, 1);
  EXPECT_EQ(medium.scheduled, 1);
  EXPECT_EQ(medium.deferred, 0);
  EXPECT_EQ(medium.in_flight, 0);
  EXPECT_TRUE(medium.exact);
  ASSERT_TRUE(medium.oldest_due);
  EXPECT_LT(stores_->clock.now() - *medium.oldest_due, 1min);
  const auto high = depth({Channel::email, Priority::high});
  EXPECT_EQ(high.in_flight, 1);
  EXPECT_EQ(high.waiting, 0);
  EXPECT_FALSE(high.oldest_due);

  Settlement retry{tenant_, claimed[0].id, 1, DeliveryState::deferred, stores_->clock.now() + 1h, "mail", {},
                   "x",     "y",           {}};
  retry.events = {{EventType::retry, stores_->clock.now(), 1, "mail", ""}};
  stores_->work.settle({&retry, 1});
  EXPECT_EQ(depth({Channel::email, Priority::high}).deferred, 1);
  EXPECT_EQ(depth({Channel::email, Priority::high}).scheduled, 0);
}

TEST_F(QueueStoreTest, BeyondTenThousandThePlannerIsAsked) {
  fill(10000);
  EXPECT_EQ(depth().waiting, 10000);
  EXPECT_TRUE(depth().exact);
  fill(30000);
  sql("ANALYZE belfry.work");
  const auto many = depth();
  EXPECT_FALSE(many.exact);
  EXPECT_GT(many.waiting, 25000);
  EXPECT_LT(many.waiting, 60000);
}

TEST_F(QueueStoreTest, ParkedDeliveriesAreInNoClaimAndComeBackAtTheirOwnTime) {
  fill(5);
  const auto other = newTenant();
  store(mail(other));
  const auto before =
      scalar("SELECT string_agg(due_at::text, ' ' ORDER BY delivery_id) FROM belfry.work WHERE tenant_id = " +
             quoted(tenant_.toString()));
  const auto oldest = depth().oldest_due;
  EXPECT_EQ(stores_->queues.park(tenant_, kMail, 3), 3);
  EXPECT_EQ(stores_->queues.park(tenant_, kMail, 100), 2);
  EXPECT_EQ(stores_->queues.park(tenant_, kMail, 100), 0);
  EXPECT_EQ(depth().waiting, 5) << "they wait all the same";
  EXPECT_EQ(depth().scheduled, 0);
  EXPECT_EQ(depth().oldest_due, oldest);
  EXPECT_THAT(claim(), SizeIs(1)) << "the other tenant's";
  EXPECT_THAT(stores_->ready.readyLanes(std::nullopt, 10), IsEmpty());
  EXPECT_EQ(stores_->queues.unpark(tenant_, kMail, 100), 5);
  EXPECT_EQ(scalar("SELECT string_agg(due_at::text, ' ' ORDER BY delivery_id) FROM belfry.work WHERE tenant_id = " +
                   quoted(tenant_.toString())),
            before);
  EXPECT_THAT(claim(), SizeIs(5));
}

TEST_F(QueueStoreTest, AClaimThatIsParkedKeepsItsAttemptAndIsReadAsItWas) {
  const auto made = storedMail(tenant_);
  const auto claimed = claim();
  ASSERT_THAT(claimed, SizeIs(1));
  stores_->work.park(claimed, newUuidV7(stores_->clock.now()));
  EXPECT_EQ(count("work WHERE state = 'sending'"), 1) << "another owner's claim is left alone";
  stores_->work.park(claimed, owner_);
  stores_->work.park(claimed, owner_);
  EXPECT_EQ(count("work WHERE state = 'queued' AND attempt = 0 AND owner IS NULL AND belfry.parked(due_at)"), 1);
  const auto seen = stores_->notifications.get(tenant_, made.id);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->deliveries.at(0).due_at, claimed[0].due_at);
  EXPECT_EQ(stores_->notifications.cancel(tenant_, made.id, "key:ops").size(), 1u) << "it can be called off";
}

TEST_F(QueueStoreTest, StandingQueuesAreFoundByTenantChannelAndPriority) {
  fill(3);
  store(mail(tenant_, Priority::low));
  const auto other = newTenant();
  fill(2, "1 minute", other);
  stores_->queues.park(other, kMail, 1);
  auto later = mail(tenant_, Priority::high);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  std::map<std::pair<TenantId, QueueName>, std::pair<bool, bool>> seen;
  for (const auto& one : stores_->queues.standing()) seen[{one.tenant, one.queue}] = {one.due, one.parked};
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ((seen[{tenant_, kMail}]), std::pair(true, false));
  EXPECT_EQ((seen[{tenant_, {Channel::email, Priority::low}}]), std::pair(true, false));
  EXPECT_EQ((seen[{tenant_, {Channel::email, Priority::high}}]), std::pair(false, false));
  EXPECT_EQ((seen[{other, kMail}]), std::pair(true, true));

  const auto totals = stores_->queues.totals();
  const auto medium =
      std::find_if(totals.begin(), totals.end(), [](const auto& total) { return total.queue == kMail; });
  ASSERT_NE(medium, totals.end());
  EXPECT_EQ(medium->waiting, 4) << "of both tenants, the parked one left out";
}

TEST_F(QueueStoreTest, FlowsAreSummedByWindowAndType) {
  const auto add = [&](const std::string& ago, const std::string& provider, const std::string& type, int n,
                       const std::string& buckets) {
    sql("INSERT INTO belfry.delivery_statistics (tenant_id, minute, channel, priority, provider, type, count, "
        "latency_ms, "
        "buckets) VALUES (" +
        quoted(tenant_.toString()) + ", date_trunc('minute', now()) - interval '" + ago + "', 'email', 2, " +
        quoted(provider) + ", " + quoted(type) + ", " + std::to_string(n) + ", " + std::to_string(100 * n) + ", " +
        quoted(buckets) + ")");
  };
  add("0 minutes", "one", "sent", 1, "{1,0}");
  add("0 minutes", "two", "sent", 2, "{0,2}");
  add("4 minutes", "one", "sent", 4, "{4,0}");
  add("10 minutes", "one", "sent", 8, "{0,8}");
  add("20 minutes", "one", "sent", 16, "{16,0}");
  add("1 minute", "one", "failed", 3, "{}");
  const auto now = stores_->clock.now();
  const TimePoint minute = std::chrono::floor<std::chrono::minutes>(now);
  auto flows = stores_->queues.flows(tenant_, {minute - 1min, minute - 5min, minute - 15min});
  ASSERT_THAT(flows, SizeIs(2));
  std::sort(flows.begin(), flows.end(), [](const auto& a, const auto& b) { return a.in_long > b.in_long; });
  EXPECT_EQ(flows[0].type, EventType::sent);
  EXPECT_EQ(flows[0].in_short, 3);
  EXPECT_EQ(flows[0].in_middle, 7);
  EXPECT_EQ(flows[0].in_long, 15);
  EXPECT_EQ(flows[0].latency_ms, 1500);
  EXPECT_THAT(flows[0].buckets, ElementsAre(5, 10));
  EXPECT_EQ(flows[1].type, EventType::failed);
  EXPECT_THAT(flows[1].buckets, IsEmpty());
  EXPECT_THAT(stores_->queues.flows(newTenant(), {minute, minute, minute}), IsEmpty());
}

TEST_F(QueueStoreTest, APauseIsWrittenOnceWithItsAuditLine) {
  const auto one = pause({Channel::email, Priority::low, ""});
  EXPECT_TRUE(stores_->pauses.add(one, line()));
  EXPECT_FALSE(stores_->pauses.add(pause({Channel::email, Priority::low, ""}), line()));
  EXPECT_TRUE(stores_->pauses.add(pause({Channel::email, {}, ""}), line()));
  EXPECT_TRUE(stores_->pauses.add(pause({Channel::email, {}, ""}, true), line("queue.drain")));
  EXPECT_TRUE(stores_->pauses.add(pause({{}, {}, "mail"}), line()));
  EXPECT_TRUE(stores_->pauses.add(pause({}), line()));
  EXPECT_EQ(count("audit_log"), 5) << "none for the one that was refused";
  const auto all = stores_->pauses.all();
  const auto kept = stores_->pauses.of(tenant_);
  ASSERT_THAT(kept, SizeIs(5));
  EXPECT_EQ(all.size(), kept.size());
  EXPECT_EQ(kept[0].id, one.id);
  EXPECT_EQ(kept[0].scope, one.scope);
  EXPECT_EQ(kept[0].reason, "why");
  EXPECT_EQ(kept[0].created_by, "key:ops");

  const auto audit = [&](const auto& ended) {
    auto entry = line("queue.resume");
    entry.target = std::to_string(ended.size());
    return entry;
  };
  EXPECT_THAT(stores_->pauses.remove(tenant_, {Channel::sms, {}, ""}, audit), IsEmpty());
  EXPECT_EQ(count("audit_log"), 5);
  EXPECT_THAT(stores_->pauses.remove(tenant_, {Channel::email, {}, ""}, audit), SizeIs(2)) << "pause and drain";
  EXPECT_THAT(stores_->pauses.of(tenant_), SizeIs(3));
  EXPECT_EQ(stores_->audit.list(tenant_, {.action = "queue.resume"}, {}, 10).at(0).target, "2");
}

TEST_F(QueueStoreTest, ADrainIsOverWhenNothingIsLeftInFlightEither) {
  EXPECT_FALSE(stores_->pauses.anyLeft(tenant_, {}));
  const auto made = storedMail(tenant_);
  EXPECT_TRUE(stores_->pauses.anyLeft(tenant_, {}));
  EXPECT_TRUE(stores_->pauses.anyLeft(tenant_, Channel::email));
  EXPECT_FALSE(stores_->pauses.anyLeft(tenant_, Channel::sms));
  claim();
  EXPECT_TRUE(stores_->pauses.anyLeft(tenant_, Channel::email));
  EXPECT_FALSE(stores_->pauses.anyLeft(newTenant(), {}));
}

TEST_F(QueueStoreTest, TheAuditIsReadByActionTimeAndPageAndNeverChanged) {
  std::vector<AuditEntry> written;
  for (const auto* action : {"queue.pause", "queue.drain", "queue.pause"}) {
    written.push_back(line(action));
    stores_->pauses.add(pause({Channel::email, {}, ""}, written.size() == 2), written.back());
    stores_->pauses.remove(tenant_, {Channel::email, {}, ""}, [&](const auto&) { return line("queue.resume"); });
  }
  EXPECT_THAT(stores_->audit.list(tenant_, {}, {}, 100), SizeIs(6));
  const auto pauses = stores_->audit.list(tenant_, {.action = "queue.pause"}, {}, 100);
  ASSERT_THAT(pauses, SizeIs(2));
  EXPECT_EQ(pauses[0].id, written[2].id) << "newest first";
  EXPECT_EQ(pauses[0].actor, "key:ops");
  EXPECT_EQ(pauses[0].before_json, R"({"a": 1})");
  EXPECT_EQ(pauses[0].after_json, "");
  EXPECT_EQ(pauses[0].request_id, "request-1");
  EXPECT_THAT(stores_->audit.list(tenant_, {.action = "queue.pause"}, pauses[0].id, 100), SizeIs(1));
  EXPECT_THAT(stores_->audit.list(tenant_, {.from = stores_->clock.now() + 1h}, {}, 100), IsEmpty());
  EXPECT_THAT(stores_->audit.list(newTenant(), {}, {}, 100), IsEmpty());
  for (const auto* role : {"belfry_app", "belfry_system"})
    for (const auto* change : {"UPDATE belfry.audit_log SET actor = 'x'", "DELETE FROM belfry.audit_log"})
      EXPECT_THAT(refusalAs(*database_, role, change), ::testing::HasSubstr("permission denied")) << role << change;
}

}  // namespace
}  // namespace belfry::pg::test
