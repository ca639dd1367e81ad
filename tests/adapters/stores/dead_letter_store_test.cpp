// Dead letters on the real tables: every way to fail makes one, nothing is replayed twice, and what is kept has limits.
#include <atomic>
#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

const ClaimRoom kAll{{Priority::critical, 100}, {Priority::high, 100}, {Priority::medium, 100}, {Priority::low, 100}};

class DeadLetterTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    sql("TRUNCATE belfry.queue_operations, belfry.audit_log");
    tenant_ = newTenant();
  }

  static std::vector<ClaimedDelivery> claim() { return claimDue(*stores_, kAll, 60s, owner_); }

  static void settle(const ClaimedDelivery& one, DeliveryState state, const std::string& code = "timeout",
                     const std::string& provider = "mail") {
    Settlement settlement{one.tenant, one.id, one.attempt, state, {}, provider, {}, code, "late", {}};
    const auto now = stores_->clock.now();
    if (state == DeliveryState::deferred) settlement.due_at = now;
    const auto type = parseEventType(toText(state)).value_or(EventType::retry);
    settlement.events = {{EventType::sending, now, one.attempt, provider, ""}, {type, now, one.attempt, provider, ""}};
    stores_->work.settle({&settlement, 1});
  }

  /// Ends all that waits.
  static void end(DeliveryState state, const std::string& code = "timeout", const std::string& provider = "mail") {
    for (const auto& one : claim()) settle(one, state, code, provider);
  }

  /// A mail that has failed.
  NewNotification dead(const std::string& code = "timeout", const std::string& provider = "mail") {
    auto made = storedMail(tenant_);
    end(DeliveryState::failed, code, provider);
    return made;
  }

  std::vector<DeadLetter> letters(const DeadLetterFilter& filter = {}) {
    return stores_->dead_letters.list(tenant_, filter, {}, 100);
  }

  AuditEntry line(const std::string& action = "dead_letter.replay") {
    const auto now = stores_->clock.now();
    return {tenant_, AuditId::mint(now), now, "key:ops", action, "letter", {}, {}, "r"};
  }

  QueueOperation operation(QueueAction action, QueueFilter filter = {}, std::optional<std::int64_t> limit = {}) {
    QueueOperation made{};
    made.tenant = tenant_;
    // Ids are of milliseconds, and this one looks at what died before it.
    EXPECT_TRUE(waitUntil(10s, [at = stores_->clock.now()] { return stores_->clock.now() > at + 2ms; }));
    made.started_at = stores_->clock.now();
    made.id = QueueOperationId::mint(made.started_at);
    made.wish = {action, std::move(filter), {}, limit};
    made.started_by = "key:ops";
    return made;
  }

  QueueOperation run(const QueueOperation& made) {
    EXPECT_FALSE(stores_->queue_operations.start(made, line("queue.replay")));
    while (stores_->queue_operations.step()) {
    }
    const auto ended = stores_->queue_operations.get(tenant_, made.id);
    EXPECT_TRUE(ended && ended->state == QueueOperationState::done);
    return ended.value_or(QueueOperation{});
  }

  std::string timeline(const NewNotification& of) {
    std::string types;
    for (const auto& event : delivery(of).timeline)
      types += (types.empty() ? "" : " ") + std::string(toText(event.type));
    return types;
  }
  Delivery delivery(const NewNotification& of) { return stores_->notifications.get(tenant_, of.id)->deliveries.at(0); }

  /// One of low priority and a template, which is returned, and two by two providers.
  NewNotification makeThreeOfDifferentKinds() {
    auto made = mail(tenant_, Priority::low);
    made.request.template_ref = TemplateRef{"hello", 1, "en"};
    store(made);
    end(DeliveryState::failed, "timeout", "one");
    dead("refused", "two");
    dead("refused", "one");
    return made;
  }

  TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

TEST_F(DeadLetterTest, WhatFailsIsDeadFromThatCommitOnAndNothingElseIs) {
  const auto before = stores_->clock.now() - 1min;
  for (auto state : {DeliveryState::sent, DeliveryState::bounced, DeliveryState::unknown, DeliveryState::expired,
                     DeliveryState::skipped, DeliveryState::deferred}) {
    storedMail(tenant_);
    end(state);
    EXPECT_THAT(letters(), IsEmpty()) << toText(state);
  }
  sql("DELETE FROM belfry.work");
  auto made = mail(tenant_, Priority::high);
  made.request.template_ref = TemplateRef{"hello", 3, "en"};
  store(made);
  end(DeliveryState::failed, "timeout", "mail");
  const auto found = letters();
  ASSERT_THAT(found, SizeIs(1));
  const auto& letter = found[0];
  EXPECT_EQ(letter.delivery, made.deliveries[0].id);
  EXPECT_EQ(letter.notification, made.id);
  EXPECT_EQ(letter.channel, Channel::email);
  EXPECT_EQ(letter.priority, Priority::high);
  EXPECT_EQ(letter.template_key, "hello");
  EXPECT_EQ(letter.provider, "mail");
  EXPECT_EQ(letter.error_code, "timeout");
  EXPECT_EQ(letter.attempt, 1);
  EXPECT_EQ(letter.state, DeadLetterState::dead);
  EXPECT_FALSE(letter.ended_at);
  EXPECT_GT(letter.id.value.time(), before);
  EXPECT_EQ(stores_->dead_letters.get(tenant_, letter.id)->delivery, letter.delivery);
}

TEST_F(DeadLetterTest, AnIdIsAUuidOfVersionSevenOfItsTime) {
  EXPECT_EQ(
      scalar("SELECT count(*) FROM generate_series(1, 1000) i, belfry.new_uuid(timestamptz '2026-05-06 07:08:09' + "
             "i * interval '1 ms') u WHERE substr(u::text, 15, 1) = '7' AND substr(u::text, 20, 1) IN ('8', '9', "
             "'a', 'b') AND left(u::text, 13) = left(belfry.uuid_bound(timestamptz '2026-05-06 07:08:09' + i * "
             "interval '1 ms')::text, 13)"),
      "1000");
}

TEST_F(DeadLetterTest, WhatHadFailedBeforeTheTableCameIsDeadToo) {
  const TestDatabase own;
  Migrator migrator(own.url(), schemaFolder(), silentLog());
  int version = 0;
  for (const auto& name : migrator.up())
    if (name.find("dead_letters") != std::string::npos) version = std::stoi(name);
  ASSERT_GT(version, 0);
  migrator.down(version - 1);
  // What it had not been told of before: the superuser sees through row-level security, the owner who migrates does
  // not.
  own.sql(
      "INSERT INTO belfry.notifications (tenant_id, id, priority, template_key, request, created_at) "
      "SELECT t, belfry.uuid_bound(now()), 1, 'hello', 'sealed', now() FROM (SELECT gen_random_uuid()) AS x (t); "
      "INSERT INTO belfry.deliveries (tenant_id, id, notification_id, channel, address, status, attempt, provider, "
      "error_code, created_at, updated_at) SELECT tenant_id, belfry.uuid_bound(now() + n * interval '1 ms'), id, "
      "'email', 0, (ARRAY['failed', 'sent'])[n], 3, 'mail', 'timeout', now(), timestamptz '2026-05-06 07:08:09' "
      "FROM belfry.notifications, generate_series(1, 2) n");
  migrator.up();
  EXPECT_EQ(own.scalar("SELECT string_agg(concat_ws(' ', channel, priority, template_key, provider, error_code, "
                       "attempt, state), ',') FROM belfry.dead_letters"),
            "email 1 hello mail timeout 3 dead");
  EXPECT_EQ(
      own.scalar("SELECT left(id::text, 13) = left(belfry.uuid_bound(timestamptz '2026-05-06 07:08:09')::text, 13) "
                 "FROM belfry.dead_letters"),
      "t");
}

TEST_F(DeadLetterTest, AnotherTenantSeesAndChangesNothing) {
  dead();
  const auto letter = letters().at(0).id;
  const auto mine = std::exchange(tenant_, newTenant());
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_FALSE(stores_->dead_letters.get(tenant_, letter));
  for (const auto& change : {stores_->dead_letters.replay(letter, line()), stores_->dead_letters.purge(letter, line()),
                             stores_->dead_letters.replayAs(letter, mail(tenant_), line())}) {
    EXPECT_FALSE(change.letter);
    EXPECT_FALSE(change.changed);
  }
  EXPECT_EQ(run(operation(QueueAction::replay_dead_letters)).changed, 0);
  EXPECT_EQ(run(operation(QueueAction::purge_dead_letters)).changed, 0);
  tenant_ = mine;
  EXPECT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(count("work"), 0);
}

TEST_F(DeadLetterTest, AReplayGivesTheDeliveryAnotherAttemptAndIsDoneOnce) {
  const auto made = dead();
  const auto letter = letters().at(0);
  const auto replayed = stores_->dead_letters.replay(letter.id, line());
  EXPECT_TRUE(replayed.changed);
  ASSERT_TRUE(replayed.letter);
  EXPECT_EQ(replayed.letter->state, DeadLetterState::replayed);
  EXPECT_EQ(replayed.letter->ended_by, "key:ops");
  EXPECT_TRUE(replayed.letter->ended_at);
  EXPECT_FALSE(replayed.letter->replayed_as);
  EXPECT_EQ(timeline(made), "accepted queued sending failed queued");
  EXPECT_EQ(scalar("SELECT detail::text FROM belfry.delivery_events WHERE seq = 5"),
            R"({"by": "key:ops", "code": "timeout", "after": "failed"})");
  const auto again = stores_->dead_letters.replay(letter.id, line());
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.letter->state, DeadLetterState::replayed);
  EXPECT_EQ(count("audit_log"), 1) << "none for what was not done";
  const auto claims = claim();
  ASSERT_THAT(claims, SizeIs(1));
  EXPECT_EQ(claims[0].attempt, 2);
  settle(claims[0], DeliveryState::failed, "again");
  EXPECT_FALSE(stores_->dead_letters.replay(letter.id, line()).changed) << "that was another death";
  const auto second = letters();
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_NE(second[0].id, letter.id);
  EXPECT_EQ(second[0].attempt, 2);
  EXPECT_EQ(second[0].error_code, "again");
  EXPECT_THAT(letters({.state = DeadLetterState::replayed}), SizeIs(1));
}

TEST_F(DeadLetterTest, OfFiftyReplaysAtOnceOneIsDone) {
  dead();
  const auto letter = letters().at(0).id;
  const auto corrected = mail(tenant_);
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> many;
    for (int i = 0; i < 50; ++i)
      many.emplace_back([&, i] {
        const auto change = i % 5 == 0   ? stores_->dead_letters.replayAs(letter, corrected, line())
                            : i % 5 == 1 ? stores_->dead_letters.purge(letter, line())
                                         : stores_->dead_letters.replay(letter, line());
        done += change.changed ? 1 : 0;
      });
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(count("audit_log"), 1);
  EXPECT_LE(count("work"), 1);
  EXPECT_EQ(count("dead_letters WHERE state = 'dead'"), 0);
}

TEST_F(DeadLetterTest, AReplayAndABulkReplayOrARetryOfWhatFailedShareOneRight) {
  const auto made = dead();
  const auto letter = letters().at(0).id;
  EXPECT_EQ(run(operation(QueueAction::retry_failed)).changed, 1);
  EXPECT_FALSE(stores_->dead_letters.replay(letter, line()).changed);
  EXPECT_EQ(stores_->dead_letters.get(tenant_, letter)->ended_by, "key:ops");
  end(DeliveryState::failed);
  const auto corrected = mail(tenant_);
  EXPECT_TRUE(stores_->dead_letters.replayAs(letters().at(0).id, corrected, line()).changed);
  EXPECT_EQ(delivery(made).state, DeliveryState::failed) << "its own delivery stays as it ended";
  EXPECT_EQ(run(operation(QueueAction::retry_failed)).changed, 0) << "it is on its way as another one";
  EXPECT_EQ(
      stores_->queue_operations.survey(tenant_, {QueueAction::retry_failed, {}, {}, {}}, stores_->clock.now()).matched,
      0);
  EXPECT_EQ(run(operation(QueueAction::replay_dead_letters)).changed, 0);
}

TEST_F(DeadLetterTest, ACorrectedOneIsStoredWithItsDeadLetterOrNotAtAll) {
  const auto made = dead();
  const auto letter = letters().at(0).id;
  const auto corrected = mail(tenant_);
  // Its ids are taken: the insert fails after the dead letter was changed.
  store(corrected);
  const auto works = count("work");
  EXPECT_THROW(stores_->dead_letters.replayAs(letter, corrected, line()), StoreRejected);
  EXPECT_EQ(stores_->dead_letters.get(tenant_, letter)->state, DeadLetterState::dead);
  EXPECT_EQ(timeline(made), "accepted queued sending failed");
  EXPECT_EQ(count("work"), works);
  EXPECT_EQ(count("audit_log"), 0);
  const auto fresh = mail(tenant_);
  const auto change = stores_->dead_letters.replayAs(letter, fresh, line());
  EXPECT_TRUE(change.changed);
  EXPECT_EQ(change.letter->replayed_as, fresh.id);
  EXPECT_EQ(timeline(made), "accepted queued sending failed replayed");
  EXPECT_EQ(timeline(fresh), "accepted queued");
  EXPECT_EQ(scalar("SELECT detail->>'notification' FROM belfry.delivery_events WHERE type = 'replayed'"),
            fresh.id.toString());
  EXPECT_EQ(count("outbox WHERE type = 'replayed' AND seq = 5"), 1);
}

TEST_F(DeadLetterTest, AReceiptThatComesLateSettlesIt) {
  const auto made = dead();
  sql("UPDATE belfry.deliveries SET status = 'delivered' WHERE id = " + quoted(made.deliveries[0].id.toString()));
  const auto settled = letters({.state = DeadLetterState::settled});
  ASSERT_THAT(settled, SizeIs(1));
  EXPECT_EQ(settled[0].ended_by, "");
  EXPECT_FALSE(stores_->dead_letters.replay(settled[0].id, line()).changed) << "it has arrived";
  EXPECT_FALSE(stores_->dead_letters.purge(settled[0].id, line()).changed);
  const auto sent = storedMail(tenant_);
  end(DeliveryState::sent);
  sql("UPDATE belfry.deliveries SET status = 'failed' WHERE id = " + quoted(sent.deliveries[0].id.toString()));
  EXPECT_THAT(letters(), SizeIs(1)) << "a receipt may say that it failed";
}

TEST_F(DeadLetterTest, FiltersChooseByEachOfTheirFieldsAndPagesFollow) {
  makeThreeOfDifferentKinds();
  EXPECT_THAT(letters(), SizeIs(3));
  EXPECT_THAT(letters({.channel = Channel::sms}), IsEmpty());
  EXPECT_THAT(letters({.channel = Channel::email}), SizeIs(3));
  EXPECT_THAT(letters({.priority = Priority::low}), SizeIs(1));
  EXPECT_THAT(letters({.provider = "one"}), SizeIs(2));
  EXPECT_THAT(letters({.error_code = "refused"}), SizeIs(2));
  EXPECT_THAT(letters({.provider = "one", .error_code = "refused"}), SizeIs(1));
  EXPECT_THAT(letters({.template_key = "hello"}), SizeIs(1));
  EXPECT_THAT(letters({.state = DeadLetterState::replayed}), IsEmpty());
  const auto now = stores_->clock.now();
  EXPECT_THAT(letters({.from = now - 1h, .to = now + 1h}), SizeIs(3));
  EXPECT_THAT(letters({.from = now + 1h}), IsEmpty());
  EXPECT_THAT(letters({.to = now - 1h}), IsEmpty());
  std::vector<DeadLetterId> seen;
  for (std::optional<DeadLetterId> before;;) {
    const auto page = stores_->dead_letters.list(tenant_, {}, before, 1);
    if (page.empty()) break;
    seen.push_back(page[0].id);
    before = page[0].id;
  }
  EXPECT_THAT(seen, SizeIs(3));
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend())) << "newest first";
}

TEST_F(DeadLetterTest, ManyAreReplayedOrPurgedByTheSameFilters) {
  const auto made = makeThreeOfDifferentKinds();
  const auto matched = [&](const QueueFilter& filter) {
    return stores_->queue_operations
        .survey(tenant_, {QueueAction::purge_dead_letters, filter, {}, {}}, stores_->clock.now() + 1s)
        .matched;
  };
  EXPECT_EQ(matched({}), 3);
  EXPECT_EQ(matched({.channel = Channel::sms}), 0);
  EXPECT_EQ(matched({.priority = Priority::low}), 1);
  EXPECT_EQ(matched({.provider = "one"}), 2);
  EXPECT_EQ(matched({.error_code = "refused"}), 2);
  EXPECT_EQ(matched({.template_key = "hello"}), 1);
  EXPECT_EQ(matched({.from = stores_->clock.now() + 1h}), 0);
  EXPECT_EQ(matched({.to = stores_->clock.now() - 1h}), 0);
  EXPECT_EQ(count("dead_letters WHERE state = 'dead'"), 3) << "a survey changes nothing";
  const auto kept = run(operation(QueueAction::replay_dead_letters, {.template_key = "hello"}));
  EXPECT_EQ(kept.changed, 1);
  EXPECT_EQ(kept.wish.filter.template_key, "hello") << "it is remembered";
  EXPECT_EQ(delivery(made).state, DeliveryState::queued);
  EXPECT_EQ(run(operation(QueueAction::replay_dead_letters, {}, 1)).changed, 1);
  EXPECT_EQ(run(operation(QueueAction::purge_dead_letters)).changed, 1);
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(count("dead_letters"), 2) << "what was purged is gone";
  EXPECT_EQ(count("deliveries WHERE status = 'failed'"), 1) << "its history stays";
  EXPECT_EQ(run(operation(QueueAction::retry_failed)).changed, 0) << "what was purged is not tried again";
}

TEST_F(DeadLetterTest, ABulkReplayIsOfWhatWasDeadWhenItBegan) {
  for (int i = 0; i < 3; ++i) dead();
  const auto made = operation(QueueAction::replay_dead_letters, {}, {});
  ASSERT_FALSE(stores_->queue_operations.start(made, line()));
  EXPECT_TRUE(waitUntil(10s, [&] { return stores_->clock.now() > made.started_at + 2ms; }));
  dead();
  while (stores_->queue_operations.step()) {
  }
  EXPECT_EQ(stores_->queue_operations.get(tenant_, made.id)->changed, 3);
  EXPECT_THAT(letters(), SizeIs(1)) << "what dies again while it runs is not caught in it";
}

TEST_F(DeadLetterTest, WhatIsTooOldOrTooManyGoesInBoundedSteps) {
  for (int i = 0; i < 5; ++i) dead();
  const auto mine = std::exchange(tenant_, newTenant());
  for (int i = 0; i < 2; ++i) dead();
  tenant_ = mine;
  const auto all = letters();
  auto& store = stores_->dead_letters;
  const auto now = stores_->clock.now();
  EXPECT_EQ(store.prune({DeadLetterState::dead, now - 1h, 5}, 100), 0);
  EXPECT_EQ(store.prune({DeadLetterState::replayed, now + 1h, 1}, 100), 0) << "of that state alone";
  EXPECT_EQ(store.prune({DeadLetterState::dead, now - 1h, 3}, 1), 1) << "as many as it may";
  EXPECT_EQ(store.prune({DeadLetterState::dead, now - 1h, 3}, 100), 1) << "three of each tenant stay";
  EXPECT_EQ(letters().size(), 3u);
  EXPECT_EQ(letters().back().id, all[2].id) << "the newest stay";
  EXPECT_EQ(store.prune({DeadLetterState::dead, now + 1h, 3}, 100), 5);
  EXPECT_EQ(count("deliveries WHERE status = 'failed'"), 7) << "history stays";
}

TEST_F(DeadLetterTest, TheyAreCountedByTenantAndChannelUpToALimit) {
  for (int i = 0; i < 3; ++i) dead();
  const auto mine = std::exchange(tenant_, newTenant());
  dead();
  sql("UPDATE belfry.dead_letters SET channel = 'sms' WHERE tenant_id = " + quoted(tenant_.toString()));
  const auto totals = stores_->dead_letters.totals(2);
  ASSERT_THAT(totals, SizeIs(2));
  EXPECT_EQ(totals[0].tenant, mine) << "ids of tenants grow";
  EXPECT_EQ(totals[0].channel, Channel::email);
  EXPECT_EQ(totals[0].count, 2);
  EXPECT_EQ(totals[1].channel, Channel::sms);
  EXPECT_EQ(totals[1].count, 1);
  stores_->dead_letters.replay(letters().at(0).id, line());
  EXPECT_THAT(stores_->dead_letters.totals(2), SizeIs(1));
}

}  // namespace
}  // namespace belfry::pg::test
