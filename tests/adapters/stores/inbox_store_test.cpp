// The inbox: written by a settlement, read by its one user, told once.
#include "adapters/postgres/pg_inbox_store.h"

#include <thread>

#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

constexpr const char* kAda = "user_ada";
constexpr const char* kBob = "user_bob";

class InboxStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }

  static InboxItem letter(const std::string& title, const std::string& category = "") {
    return {title, "World", category, "https://example.test/1", "bell", R"({"order":1})"};
  }

  static Settlement delivered(const ClaimedDelivery& claim, const std::string& user, InboxItem item) {
    Settlement made{};
    made.tenant = claim.tenant;
    made.delivery = claim.id;
    made.attempt = claim.attempt;
    made.state = DeliveryState::delivered;
    made.user_id = user;
    made.inbox_item = std::move(item);
    made.events = {{EventType::sending, stores_->clock.now(), claim.attempt, "inbox", ""},
                   {EventType::delivered, stores_->clock.now(), claim.attempt, "inbox", ""}};
    return made;
  }

  static ClaimedDelivery claimed(TenantId tenant) {
    storedMail(tenant);
    return claimDue(*stores_, {{Priority::medium, 1}}, 60s, newUuidV7(stores_->clock.now())).at(0);
  }

  /// Settles a delivery that brings it.
  DeliveryId put(const std::string& user, InboxItem item, std::optional<TenantId> tenant = {}) {
    const auto settled = delivered(claimed(tenant.value_or(tenant_)), user, std::move(item));
    EXPECT_THAT(stores_->work.settle({&settled, 1}).ended, SizeIs(1));
    return settled.delivery;
  }

  std::vector<InboxEntry> page(const std::string& user, InboxFilter filter = {}, int limit = 100,
                               std::optional<InboxPosition> after = {}) {
    return inbox_.page(tenant_, user, filter, after, limit);
  }

  static std::vector<std::string> titles(const std::vector<InboxEntry>& entries) {
    std::vector<std::string> found;
    for (const auto& entry : entries) found.push_back(entry.item.title);
    return found;
  }

  static std::string events(const std::string& table, DeliveryId id) {
    return scalar("SELECT string_agg(seq || ' ' || type, ', ' ORDER BY seq) FROM belfry." + table +
                  " WHERE delivery_id = " + quoted(id.toString()));
  }

  TenantId tenant_;
  PgInboxStore& inbox_ = stores_->inbox;
};

TEST_F(InboxStoreTest, ASettlementBringsItsItem) {
  const auto id = put(kAda, letter("Hello", "orders"));
  const auto entry = inbox_.one(tenant_, kAda, id);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->id, id);
  EXPECT_EQ(entry->item.title, "Hello");
  EXPECT_EQ(entry->item.body, "World");
  EXPECT_EQ(entry->item.category, "orders");
  EXPECT_EQ(entry->item.action_url, "https://example.test/1");
  EXPECT_EQ(entry->item.icon, "bell");
  EXPECT_EQ(entry->item.data_json, R"({"order":1})");
  EXPECT_FALSE(entry->read_at);
  EXPECT_EQ(entry->notification.toString(), scalar("SELECT id FROM belfry.notifications"));
}

TEST_F(InboxStoreTest, AnAttemptThatLostItsClaimBringsNothing) {
  auto claim = claimed(tenant_);
  auto late = delivered(claim, kAda, letter("late"));
  late.attempt = claim.attempt + 1;
  EXPECT_THAT(stores_->work.settle({&late, 1}).ended, IsEmpty());
  EXPECT_EQ(count("inbox_items"), 0);
}

TEST_F(InboxStoreTest, ASettlementWithoutAUserBringsNothing) {
  put("", letter("nobody's"));
  EXPECT_EQ(count("inbox_items"), 0);
}

TEST_F(InboxStoreTest, DataThatIsNoObjectIsLeftOut) {
  auto item = letter("odd");
  item.data_json = "{broken";
  EXPECT_EQ(inbox_.one(tenant_, kAda, put(kAda, item))->item.data_json, "{}");
}

TEST_F(InboxStoreTest, NothingReadableLiesInTheTable) {
  put(kAda, letter("Confidential", "salary"));
  EXPECT_EQ(scalar("SELECT count(*) FROM belfry.inbox_items i WHERE i::text ILIKE '%436f6e666964656e7469616c%' "
                   "OR i::text ILIKE '%73616c617279%' OR i::text ILIKE '%757365725f616461%'"),
            "0");
}

TEST_F(InboxStoreTest, PagesAreNewestFirstAndMeetWithoutOverlap) {
  for (int i = 1; i <= 5; ++i) put(kAda, letter(std::to_string(i)));
  const auto first = page(kAda, {}, 2);
  EXPECT_THAT(titles(first), ElementsAre("5", "4"));
  const auto second = page(kAda, {}, 2, InboxPosition{first[1].created_at, first[1].id});
  EXPECT_THAT(titles(second), ElementsAre("3", "2"));
  EXPECT_THAT(titles(page(kAda, {}, 2, InboxPosition{second[1].created_at, second[1].id})), ElementsAre("1"));
}

TEST_F(InboxStoreTest, ItemsOfOneCommitKeepAnOrder) {
  std::vector<Settlement> group;
  for (const char* title : {"a", "b", "c"}) group.push_back(delivered(claimed(tenant_), kAda, letter(title)));
  ASSERT_THAT(stores_->work.settle(group).ended, SizeIs(3));
  const auto first = page(kAda, {}, 2);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].created_at, first[1].created_at);
  EXPECT_THAT(titles(page(kAda, {}, 9, InboxPosition{first[1].created_at, first[1].id})), ElementsAre("a"));
}

TEST_F(InboxStoreTest, FiltersByStatusAndCategory) {
  const auto read = put(kAda, letter("read", "orders"));
  put(kAda, letter("unread", "orders"));
  put(kAda, letter("other", "news"));
  inbox_.markRead(tenant_, kAda, read);
  EXPECT_THAT(titles(page(kAda, {InboxState::read, ""})), ElementsAre("read"));
  EXPECT_THAT(titles(page(kAda, {InboxState::unread, ""})), ElementsAre("other", "unread"));
  EXPECT_THAT(titles(page(kAda, {{}, "orders"})), ElementsAre("unread", "read"));
  EXPECT_THAT(titles(page(kAda, {InboxState::unread, "orders"})), ElementsAre("unread"));
  EXPECT_THAT(page(kAda, {{}, "nothing"}), IsEmpty());
}

TEST_F(InboxStoreTest, ReadingIsToldOnceHoweverOftenItHappens) {
  const auto id = put(kAda, letter("Hello"));
  ASSERT_TRUE(inbox_.markRead(tenant_, kAda, id)->read_at);
  const auto first = scalar("SELECT read_at FROM belfry.inbox_items");
  inbox_.markRead(tenant_, kAda, id);
  EXPECT_EQ(scalar("SELECT read_at FROM belfry.inbox_items"), first) << "the first time stays";
  EXPECT_FALSE(inbox_.markUnread(tenant_, kAda, id)->read_at);
  EXPECT_EQ(inbox_.unreadCount(tenant_, kAda), 1);
  EXPECT_TRUE(inbox_.markRead(tenant_, kAda, id)->read_at);
  EXPECT_EQ(events("delivery_events", id), "1 accepted, 2 queued, 3 sending, 4 delivered, 5 read");
  EXPECT_EQ(events("outbox", id), "2 queued, 3 sending, 4 delivered, 5 read");
}

TEST_F(InboxStoreTest, ManyReadersAtOnceMakeOneEvent) {
  const auto id = put(kAda, letter("Hello"));
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 8; ++i) readers.emplace_back([&] { EXPECT_TRUE(inbox_.markRead(tenant_, kAda, id)->read_at); });
  }
  EXPECT_EQ(events("delivery_events", id), "1 accepted, 2 queued, 3 sending, 4 delivered, 5 read");
}

TEST_F(InboxStoreTest, AnEventThatCameMeanwhileIsCountedOn) {
  const auto id = put(kAda, letter("Hello"));
  sql("INSERT INTO belfry.delivery_events (tenant_id, delivery_id, seq, type, at) VALUES (" +
      quoted(tenant_.toString()) + ", " + quoted(id.toString()) + ", 5, 'clicked', now())");
  inbox_.markRead(tenant_, kAda, id);
  EXPECT_EQ(events("delivery_events", id), "1 accepted, 2 queued, 3 sending, 4 delivered, 5 clicked, 6 read");
}

TEST_F(InboxStoreTest, MarksAllUntilATime) {
  const auto first = put(kAda, letter("1"));
  const auto until = inbox_.one(tenant_, kAda, first)->created_at;
  const auto second = put(kAda, letter("2"));
  put(kBob, letter("Bob's"));
  EXPECT_EQ(inbox_.markAllRead(tenant_, kAda, until), 1);
  EXPECT_THAT(titles(page(kAda, {InboxState::unread, ""})), ElementsAre("2"));
  EXPECT_EQ(inbox_.markAllRead(tenant_, kAda, {}), 1);
  EXPECT_EQ(inbox_.markAllRead(tenant_, kAda, {}), 0);
  EXPECT_EQ(inbox_.unreadCount(tenant_, kBob), 1);
  EXPECT_EQ(events("delivery_events", second), "1 accepted, 2 queued, 3 sending, 4 delivered, 5 read");
}

TEST_F(InboxStoreTest, ARemovedItemIsGoneAndLosesItsContent) {
  const auto id = put(kAda, letter("Hello"));
  EXPECT_TRUE(inbox_.remove(tenant_, kAda, id));
  EXPECT_FALSE(inbox_.remove(tenant_, kAda, id));
  EXPECT_FALSE(inbox_.one(tenant_, kAda, id));
  EXPECT_FALSE(inbox_.markRead(tenant_, kAda, id));
  EXPECT_FALSE(inbox_.markUnread(tenant_, kAda, id));
  EXPECT_THAT(page(kAda), IsEmpty());
  EXPECT_EQ(inbox_.unreadCount(tenant_, kAda), 0);
  EXPECT_EQ(scalar("SELECT length(content) FROM belfry.inbox_items"), "0");
}

TEST_F(InboxStoreTest, NobodyTouchesAnothersItems) {
  const auto id = put(kAda, letter("Ada's"));
  const auto other = newTenant();
  for (auto [tenant, user] : {std::pair(tenant_, kBob), std::pair(other, kAda)}) {
    EXPECT_FALSE(inbox_.one(tenant, user, id));
    EXPECT_FALSE(inbox_.markRead(tenant, user, id));
    EXPECT_FALSE(inbox_.markUnread(tenant, user, id));
    EXPECT_FALSE(inbox_.remove(tenant, user, id));
    EXPECT_EQ(inbox_.unreadCount(tenant, user), 0);
    EXPECT_EQ(inbox_.markAllRead(tenant, user, {}), 0);
    EXPECT_THAT(inbox_.page(tenant, user, {}, {}, 10), IsEmpty());
  }
  EXPECT_FALSE(inbox_.one(tenant_, kAda, id)->read_at);
}

}  // namespace
}  // namespace belfry::pg::test
