// The state machine and the vocabulary as PostgreSQL enforces them, against the C++ tables.
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

using ::testing::HasSubstr;

class SqlRules : public StoreSuite {
 protected:
  /// The message with which PostgreSQL refuses, or "".
  static std::string refusal(const std::string& statements) {
    try {
      sql(statements);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  /// A row of work with every column given.
  static std::string workRow(const std::string& state, int attempt, const std::string& lease, const std::string& owner,
                             int seq = 1) {
    auto id = quoted(newUuidV7(stores_->clock.now()).toString());
    return "INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, priority, state, due_at, "
           "attempt, seq, lease_until, owner)"
           " VALUES (" +
           id + ", " + id + ", " + id + ", 'email', 2, " + quoted(state) + ", now(), " + std::to_string(attempt) +
           ", " + std::to_string(seq) + ", " + lease + ", " + (owner == "NULL" ? owner : id) + ")";
  }
};

TEST_F(SqlRules, RanksAndLiveStatesEqualTheModel) {
  for (auto state : allDeliveryStates()) {
    auto word = quoted(std::string(toText(state)));
    EXPECT_EQ(scalar("SELECT belfry.state_rank(" + word + ")"), std::to_string(rank(state))) << word;
    EXPECT_EQ(scalar("SELECT belfry.state_is_live(" + word + ")"), isLive(state) ? "t" : "f") << word;
    EXPECT_EQ(scalar("SELECT belfry.state_is_initial(" + word + ")"), isInitial(state) ? "t" : "f") << word;
  }
}

TEST_F(SqlRules, TransitionsEqualTheModelForEveryPair) {
  auto rows = sql("SELECT a.s, b.s, belfry.may_transition(a.s, b.s) FROM unnest(regexp_split_to_array(" +
                  quoted(std::string(allowedDeliveryState())) + ", ', ')) a (s), unnest(regexp_split_to_array(" +
                  quoted(std::string(allowedDeliveryState())) + ", ', ')) b (s)");
  ASSERT_EQ(rows.size(), allDeliveryStates().size() * allDeliveryStates().size());
  for (const auto& row : rows) {
    EXPECT_EQ(row[2], mayTransition(*parseDeliveryState(row[0]), *parseDeliveryState(row[1])) ? "t" : "f")
        << row[0] << " to " << row[1];
  }
}

TEST_F(SqlRules, DomainsTakeEveryWordAndNoOther) {
  auto takes = [](const std::string& domain, const std::string& value) {
    return refusal("SELECT " + quoted(value) + "::belfry." + domain);
  };
  for (auto state : allDeliveryStates()) EXPECT_EQ(takes("delivery_state", std::string(toText(state))), "");
  for (auto channel : allChannels()) EXPECT_EQ(takes("channel", std::string(toText(channel))), "");
  for (auto event : allEventTypes()) EXPECT_EQ(takes("event_type", std::string(toText(event))), "");
  for (auto priority : allPriorities()) EXPECT_EQ(takes("priority", std::to_string(toNumber(priority))), "");
  for (const auto& [domain, wrong] :
       std::vector<std::pair<std::string, std::string>>{{"delivery_state", "Sent"},
                                                        {"delivery_state", ""},
                                                        {"channel", "fcm"},
                                                        {"event_type", "send"},
                                                        {"priority", "4"},
                                                        {"priority", "-1"},
                                                        {"tenant_state", "gone"},
                                                        {"template_version_state", "archived"}}) {
    EXPECT_THAT(takes(domain, wrong), HasSubstr("violates check constraint")) << domain << " " << wrong;
  }
}

TEST_F(SqlRules, WorkHoldsLiveDeliveriesOnly) {
  for (auto state : allDeliveryStates()) {
    std::string word(toText(state));
    bool leased = state == DeliveryState::sending;
    auto answer = refusal(workRow(word, 1, leased ? "now()" : "NULL", leased ? "id" : "NULL"));
    bool may_wait = isLive(state) && state != DeliveryState::pending;
    EXPECT_EQ(answer.empty(), may_wait) << word << ": " << answer;
  }
}

TEST_F(SqlRules, WorkRefusesIllegalCombinations) {
  const std::vector<std::pair<const char*, std::string>> illegal{
      {"sending without a lease", workRow("sending", 1, "NULL", "NULL")},
      {"queued with a lease", workRow("queued", 1, "now()", "id")},
      {"a lease without an owner", workRow("sending", 1, "now()", "NULL")},
      {"an owner without a lease", workRow("queued", 0, "NULL", "id")},
      {"sending before the first attempt", workRow("sending", 0, "now()", "id")},
      {"a negative attempt", workRow("queued", -1, "NULL", "NULL")},
      {"no event", workRow("queued", 0, "NULL", "NULL", 0)},
  };
  for (const auto& [what, row] : illegal) EXPECT_THAT(refusal(row), HasSubstr("violates check constraint")) << what;
  EXPECT_EQ(refusal(workRow("queued", 0, "NULL", "NULL")), "");
}

TEST_F(SqlRules, IdempotencyKeysAreEitherLockedOrAnswered) {
  auto row = [](const char* status, const char* response, const char* lock) {
    auto id = quoted(newUuidV7(stores_->clock.now()).toString());
    return "INSERT INTO belfry.idempotency_keys VALUES (" + id + ", sha256('k'), sha256('r'), " + id + ", " + status +
           ", " + response + ", " + lock + ", now())";
  };
  EXPECT_EQ(refusal(row("NULL", "NULL", "now()")), "");
  EXPECT_EQ(refusal(row("202", "'x'", "NULL")), "");
  EXPECT_THAT(refusal(row("202", "NULL", "NULL")), HasSubstr("check constraint"));
  EXPECT_THAT(refusal(row("NULL", "NULL", "NULL")), HasSubstr("check constraint"));
  EXPECT_THAT(refusal(row("202", "'x'", "now()")), HasSubstr("check constraint"));
}

TEST_F(SqlRules, BoundsEqualThoseOfTheKit) {
  for (const char* at : {"2026-12-01T09:00:00Z", "1970-01-01T00:00:00Z", "2199-06-30T23:59:59.999Z"}) {
    EXPECT_EQ(scalar("SELECT belfry.uuid_bound(" + quoted(at) + ")"), uuidLowerBound(*parseRfc3339(at)).toString())
        << at;
  }
}

TEST_F(SqlRules, MigrationsGoDownAndUpAgain) {
  TestDatabase own;
  Migrator migrator(own.url(), schemaFolder(), silentLog());
  auto applied = migrator.up();
  migrator.down(0);
  EXPECT_EQ(
      own.scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND relkind IN ('r', 'p')"),
      "0");
  migrator.up();
  EXPECT_TRUE(migrator.status().current());
  EXPECT_EQ(static_cast<std::size_t>(migrator.status().version()), applied.size() - 1) << "all but the vocabulary";
}

}  // namespace
}  // namespace belfry::pg::test
