// Recurring schedules in PostgreSQL: kept sealed, taken by one scheduler at a time, moved on by compare-and-set.
#include <barrier>
#include <set>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class ScheduleStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    sql("TRUNCATE belfry.schedules");
    tenant_ = newTenant();
  }

  static PgScheduleStore& schedules() { return stores_->schedules; }
  static TimePoint now() { return stores_->clock.now(); }

  Schedule made(std::optional<TimePoint> next_at) const {
    Schedule schedule;
    schedule.tenant = tenant_;
    schedule.id = ScheduleId::mint(now());
    schedule.terms = {"daily",
                      "0 9 * * *",
                      "Europe/Madrid",
                      MisfirePolicy::defer,
                      now() - 1h,
                      now() + 24h * 9,
                      5,
                      R"({"channel":"email","secret":"address"})"};
    schedule.state = next_at ? ScheduleState::active : ScheduleState::paused;
    schedule.next_at = next_at;
    schedule.created_by = "key:test";
    schedules().create(schedule);
    return schedule;
  }
  Schedule read(const Schedule& of) const { return schedules().get(tenant_, of.id).value(); }
  static ScheduleAdvance advanceOf(const Schedule& taken, std::optional<TimePoint> next_at) {
    return {taken.tenant,
            taken.id,
            *taken.next_at,
            taken.revision,
            next_at,
            2,
            *taken.next_at,
            NotificationId::mint(now()),
            {}};
  }

  TenantId tenant_;
};

TEST_F(ScheduleStoreTest, KeepsAllOfIt) {
  const auto schedule = made(now() + 1h);
  const auto kept = read(schedule);
  EXPECT_EQ(kept.terms.name, "daily");
  EXPECT_EQ(kept.terms.rule, "0 9 * * *");
  EXPECT_EQ(kept.terms.timezone, "Europe/Madrid");
  EXPECT_EQ(kept.terms.misfire, MisfirePolicy::defer);
  EXPECT_EQ(kept.terms.starts_at, schedule.terms.starts_at);
  EXPECT_EQ(kept.terms.ends_at, schedule.terms.ends_at);
  EXPECT_EQ(kept.terms.most_firings, 5);
  EXPECT_EQ(kept.terms.send_json, schedule.terms.send_json);
  EXPECT_EQ(kept.state, ScheduleState::active);
  EXPECT_EQ(kept.next_at, schedule.next_at);
  EXPECT_EQ(kept.revision, 1);
  EXPECT_EQ(kept.created_by, "key:test");
  EXPECT_FALSE(kept.last_notification);
}

TEST_F(ScheduleStoreTest, TheSendIsSealed) {
  made(now() + 1h);
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.schedules WHERE position('address'::bytea IN request) > 0"), "0");
}

TEST_F(ScheduleStoreTest, ATenantSeesItsOwn) {
  const auto schedule = made(now() + 1h);
  const auto other = newTenant();
  EXPECT_FALSE(schedules().get(other, schedule.id));
  EXPECT_FALSE(schedules().remove(other, schedule.id));
  EXPECT_THAT(schedules().list(other, {}, {}, 10), IsEmpty());
}

TEST_F(ScheduleStoreTest, ListsByPageAndState) {
  const auto first = made(now() + 1h);
  const auto second = made(std::nullopt);
  const auto third = made(now() + 1h);
  const auto ids = [&](std::optional<ScheduleState> state, std::optional<ScheduleId> before) {
    std::vector<ScheduleId> found;
    for (const auto& one : schedules().list(tenant_, state, before, 2)) found.push_back(one.id);
    return found;
  };
  EXPECT_THAT(ids({}, {}), ElementsAre(third.id, second.id));
  EXPECT_THAT(ids({}, second.id), ElementsAre(first.id));
  EXPECT_THAT(ids(ScheduleState::paused, {}), ElementsAre(second.id));
}

TEST_F(ScheduleStoreTest, AChangeIsOfOneRevision) {
  made(now() + 1h);
  auto mine = schedules().list(tenant_, {}, {}, 1).at(0);
  auto theirs = mine;
  mine.terms.name = "mine";
  theirs.state = ScheduleState::paused;
  theirs.next_at.reset();
  EXPECT_TRUE(schedules().change(theirs));
  EXPECT_FALSE(schedules().change(mine)) << "it has another revision by now";
  EXPECT_EQ(read(mine).terms.name, "daily");
  EXPECT_EQ(read(mine).revision, 2);
  mine.revision = 2;
  EXPECT_TRUE(schedules().remove(tenant_, mine.id));
  EXPECT_FALSE(schedules().remove(tenant_, mine.id));
  EXPECT_FALSE(schedules().change(mine)) << "it is gone";
}

TEST_F(ScheduleStoreTest, WhatIsDueIsTakenOnceUntilItsHoldRunsOut) {
  const auto due = made(now() - 1s);
  made(now() + 1h);
  made(std::nullopt);
  ASSERT_THAT(schedules().takeDue(10, 60s), SizeIs(1));
  EXPECT_THAT(schedules().takeDue(10, 60s), IsEmpty());
  sql("UPDATE belfry.schedules SET held_until = now() - interval '1 ms' WHERE held_until IS NOT NULL");
  const auto again = schedules().takeDue(10, 60s);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].id, due.id);
  EXPECT_EQ(again[0].terms.send_json, due.terms.send_json);
}

TEST_F(ScheduleStoreTest, EightSchedulersNeverTakeOneTwice) {
  constexpr int kSchedulers = 8, kSchedules = 80;
  for (int i = 0; i < kSchedules; ++i) made(now() - 1s);
  std::vector<std::vector<Schedule>> taken(kSchedulers);
  std::barrier start(kSchedulers);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : taken) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        for (;;) {
          auto some = schedules().takeDue(7, 60s);
          if (some.empty()) return;
          std::move(some.begin(), some.end(), std::back_inserter(mine));
        }
      });
    }
  }
  // One that found nothing may have met rows that others were just taking: what is left is taken now.
  std::size_t all = schedules().takeDue(kSchedules, 60s).size();
  std::set<Uuid> ids;
  for (const auto& mine : taken) {
    all += mine.size();
    for (const auto& one : mine) EXPECT_TRUE(ids.insert(one.id.value).second) << "taken twice";
  }
  EXPECT_EQ(all, static_cast<std::size_t>(kSchedules));
}

TEST_F(ScheduleStoreTest, MovesOnAndCounts) {
  const auto schedule = made(now() - 1s);
  const auto taken = schedules().takeDue(10, 60s).at(0);
  const auto advance = advanceOf(taken, now() + 24h);
  schedules().advance({&advance, 1});
  const auto kept = read(schedule);
  EXPECT_EQ(kept.next_at, advance.next_at);
  EXPECT_EQ(kept.firings, 1);
  EXPECT_EQ(kept.missed, 2);
  EXPECT_EQ(kept.last_notification, advance.notification);
  EXPECT_EQ(kept.last_fired_at, advance.fired_at);
  schedules().advance({&advance, 1});
  EXPECT_EQ(read(schedule).firings, 1) << "it is elsewhere by now";
  EXPECT_EQ(count("schedules WHERE held_until IS NOT NULL"), 0);
}

TEST_F(ScheduleStoreTest, ARefusalStaysUntilAFiringSucceeds) {
  const auto schedule = made(now() - 1s);
  auto advance = advanceOf(schedules().takeDue(10, 60s).at(0), now() - 1ms);
  advance.notification.reset();
  advance.problem = "validation_failed";
  schedules().advance({&advance, 1});
  EXPECT_EQ(read(schedule).last_problem, "validation_failed");
  EXPECT_EQ(read(schedule).firings, 0);
  auto skipped = advanceOf(schedules().takeDue(10, 60s).at(0), now() - 1ms);
  skipped.notification.reset();
  skipped.fired_at.reset();
  schedules().advance({&skipped, 1});
  EXPECT_EQ(read(schedule).last_problem, "validation_failed") << "nothing was tried";
  const auto good = advanceOf(schedules().takeDue(10, 60s).at(0), std::nullopt);
  schedules().advance({&good, 1});
  EXPECT_EQ(read(schedule).last_problem, "");
  EXPECT_EQ(read(schedule).state, ScheduleState::ended);
}

TEST_F(ScheduleStoreTest, AChangeMeanwhileIsRight) {
  const auto schedule = made(now() - 1s);
  const auto taken = schedules().takeDue(10, 60s).at(0);
  auto paused = read(schedule);
  paused.state = ScheduleState::paused;
  paused.next_at.reset();
  ASSERT_TRUE(schedules().change(paused));
  const auto advance = advanceOf(taken, now() + 24h);
  schedules().advance({&advance, 1});
  EXPECT_EQ(read(schedule).state, ScheduleState::paused);
  EXPECT_EQ(read(schedule).firings, 0);
}

TEST_F(ScheduleStoreTest, KnowsWhenTheNextIsDue) {
  EXPECT_FALSE(schedules().nextDue());
  made(now() + 2h);
  const auto soon = made(now() + 1h);
  made(std::nullopt);
  EXPECT_EQ(schedules().nextDue(), soon.next_at);
}

/// Given another time, by compare-and-set on `work`.
class RescheduleTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }
  std::vector<DeliveryId> reschedule(const NewNotification& mail, TimePoint at) const {
    return stores_->notifications.reschedule(tenant_, mail.id, at, "key:test");
  }
  TenantId tenant_;
};

TEST_F(RescheduleTest, WhatWaitsGetsTheTimeAndATimelineEntry) {
  const auto mail = storedMail(tenant_);
  const auto at = stores_->clock.now() + 1h;
  EXPECT_THAT(reschedule(mail, at), ElementsAre(mail.deliveries[0].id));
  EXPECT_THAT(reschedule(mail, at + 1h), SizeIs(1)) << "scheduled ones too";
  const auto view = stores_->notifications.get(tenant_, mail.id).value();
  EXPECT_EQ(view.deliveries[0].state, DeliveryState::scheduled);
  EXPECT_EQ(view.deliveries[0].due_at, at + 1h);
  ASSERT_THAT(view.deliveries[0].timeline, SizeIs(4));
  EXPECT_EQ(view.deliveries[0].timeline[3].type, EventType::scheduled);
  EXPECT_THAT(view.deliveries[0].timeline[3].detail_json, ::testing::HasSubstr("key:test"));
  EXPECT_EQ(count("outbox WHERE type = 'scheduled'"), 2);
  EXPECT_THAT(claimDue(*stores_, {{Priority::medium, 10}}, 60s, newUuidV7(at)), IsEmpty());
}

TEST_F(RescheduleTest, WhatAWorkerHoldsOrHasSentStays) {
  const auto mail = storedMail(tenant_);
  ASSERT_THAT(claimDue(*stores_, {{Priority::medium, 10}}, 60s, newUuidV7(stores_->clock.now())), SizeIs(1));
  EXPECT_THAT(reschedule(mail, stores_->clock.now() + 1h), IsEmpty());
  sql("DELETE FROM belfry.work");
  EXPECT_THAT(reschedule(mail, stores_->clock.now() + 1h), IsEmpty());
  EXPECT_EQ(count("delivery_events WHERE type = 'scheduled'"), 0);
}

TEST_F(RescheduleTest, AnotherTenantsIsNotThere) {
  const auto mail = storedMail(tenant_);
  EXPECT_THAT(stores_->notifications.reschedule(newTenant(), mail.id, stores_->clock.now() + 1h, "x"), IsEmpty());
}

/// Many far ahead and one due of each priority: looking for what is due reads the due end of an index, however many
/// wait.
class ManyScheduled : public StoreSuite {
 protected:
  /// The plan of a statement as it ran, with $1… filled in, as the role of the loops.
  static std::string plan(std::string text, const std::vector<std::string>& values) {
    for (std::size_t i = values.size(); i > 0; --i) {
      const auto name = "$" + std::to_string(i);
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + values[i - 1].size()))
        text.replace(at, name.size(), values[i - 1]);
    }
    std::string lines;
    for (const auto& row :
         runSql(database_->url(), "SET ROLE belfry_system; EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + text))
      lines += row.at(0) + "\n";
    return lines;
  }
  /// Pages that the whole statement touched: the first line of buffers is the top node's.
  static long pages(const std::string& plan) {
    const auto at = plan.find("Buffers: shared hit=");
    return at == std::string::npos ? -1 : std::stol(plan.substr(at + std::string("Buffers: shared hit=").size()));
  }
  /// Without the comment lines.
  static std::string statement(const Statement& of) {
    std::string text = of.sql;
    while (text.starts_with("--")) text.erase(0, text.find('\n') + 1);
    return text;
  }
};

TEST_F(ManyScheduled, CostWhatIsDueNothing) {
  const auto tenant = newTenant();
  sql("INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, priority, state, due_at, seq) "
      "SELECT " +
      quoted(tenant.toString()) +
      ", gen_random_uuid(), gen_random_uuid(), 'email', i % 4, "
      "CASE WHEN i < 4 THEN 'queued' ELSE 'scheduled' END, now() + CASE WHEN i < 4 THEN interval '-1 s' ELSE "
      "interval '30 days' + i * interval '1 s' END, 2 FROM generate_series(0, 199999) AS i");
  sql("ANALYZE belfry.work");
  const auto tenants = quoted("{" + tenant.toString() + "," + tenant.toString() + "}");
  const auto claim =
      plan(statement(sql::work_claim_lanes), {"'{0,1}'", tenants, "'{email,email}'", "'{100,100}'", "60000",
                                              quoted(newUuidV7(stores_->clock.now()).toString())});
  EXPECT_THAT(claim, ::testing::HasSubstr("work_ready"));
  EXPECT_THAT(claim, ::testing::Not(::testing::HasSubstr("Seq Scan on work")));
  EXPECT_GT(pages(claim), 0) << claim;
  EXPECT_LT(pages(claim), 200) << "of thousands" << claim;
  const auto next = plan(statement(sql::work_next_due), {});
  EXPECT_THAT(next, ::testing::HasSubstr("work_due"));
  EXPECT_LT(pages(next), 100) << next;
  const auto promote = plan(statement(sql::work_promote), {"128"});
  EXPECT_THAT(promote, ::testing::HasSubstr("work_due"));
  EXPECT_GT(pages(promote), 0) << promote;
  EXPECT_LT(pages(promote), 100) << "of thousands" << promote;
}

}  // namespace
}  // namespace belfry::pg::test
