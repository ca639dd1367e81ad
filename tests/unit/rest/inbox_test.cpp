// users/me/notifications, asked as RestApi asks it, over an inbox in memory.
#include "api/rest/inbox_operations.h"

#include <algorithm>

#include "api/rest/query_reader.h"
#include "unit/rest/rest_fixture.h"

namespace belfry::test {
namespace {

/// Items by tenant and user, newest last.
class HeldInbox final : public InboxStore {
 public:
  std::vector<InboxEntry> page(TenantId tenant, const std::string& user, const InboxFilter& asked,
                               std::optional<InboxPosition> after, int limit) override {
    filter = asked;
    std::vector<InboxEntry> found(of(tenant, user).rbegin(), of(tenant, user).rend());
    if (after) std::erase_if(found, [&](const InboxEntry& entry) { return !(entry.id < after->id); });
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
  }
  std::optional<InboxEntry> one(TenantId tenant, const std::string& user, DeliveryId id) override {
    auto* entry = find(tenant, user, id);
    return entry ? std::optional(*entry) : std::nullopt;
  }
  std::optional<InboxEntry> markRead(TenantId tenant, const std::string& user, DeliveryId id) override {
    if (auto* entry = find(tenant, user, id)) entry->read_at = SystemClock().now();
    return one(tenant, user, id);
  }
  std::optional<InboxEntry> markUnread(TenantId tenant, const std::string& user, DeliveryId id) override {
    if (auto* entry = find(tenant, user, id)) entry->read_at.reset();
    return one(tenant, user, id);
  }
  bool remove(TenantId tenant, const std::string& user, DeliveryId id) override {
    return std::erase_if(of(tenant, user), [&](const InboxEntry& entry) { return entry.id == id; }) > 0;
  }
  long unreadCount(TenantId tenant, const std::string& user) override {
    const auto& mine = of(tenant, user);
    return std::count_if(mine.begin(), mine.end(), [](const InboxEntry& entry) { return !entry.read_at; });
  }
  long markAllRead(TenantId tenant, const std::string& user, std::optional<TimePoint> asked) override {
    until = asked;
    const auto count = unreadCount(tenant, user);
    for (auto& entry : of(tenant, user)) entry.read_at = SystemClock().now();
    return count;
  }

  DeliveryId put(TenantId tenant, const std::string& user, const std::string& title) {
    const auto now = SystemClock().now();
    InboxEntry entry{DeliveryId::mint(now), NotificationId::mint(now), {}, now, {}};
    entry.item.title = title;
    of(tenant, user).push_back(entry);
    return entry.id;
  }

  InboxFilter filter;
  std::optional<TimePoint> until;

 private:
  std::vector<InboxEntry>& of(TenantId tenant, const std::string& user) { return items_[{tenant, user}]; }
  InboxEntry* find(TenantId tenant, const std::string& user, DeliveryId id) {
    auto& mine = of(tenant, user);
    auto found = std::find_if(mine.begin(), mine.end(), [&](const InboxEntry& entry) { return entry.id == id; });
    return found == mine.end() ? nullptr : &*found;
  }

  std::map<std::pair<TenantId, std::string>, std::vector<InboxEntry>> items_;
};

class InboxApiTest : public RestFixture {
 protected:
  InboxApiTest() {
    Router router;
    addInboxOperations(router, inbox_);
    start(std::move(router));
  }

  HttpResponse as(const std::string& credential, const std::string& method, const std::string& path,
                  std::vector<QueryParam> query = {}) {
    auto asked = with(request(method, std::string("/api/v1/users/me/notifications") + path), "X-API-Key", credential);
    asked.query = std::move(query);
    return ask(std::move(asked));
  }
  HttpResponse ada(const std::string& method, const std::string& path, std::vector<QueryParam> query = {}) {
    return as("acme/notification-user/ada", method, path, std::move(query));
  }
  static JsonDocument json(const HttpResponse& response) {
    auto parsed = parseJson(response.body);
    return parsed ? std::move(*parsed) : JsonDocument();
  }

  HeldInbox inbox_;
  const TenantId acme_ = directory.find("acme")->row.id;
};

TEST_F(InboxApiTest, ACallerWithoutAUserIs403AndLearnsWhichCredentialIsNeeded) {
  for (const char* credential : {"acme/notification-service", "default/platform-admin", "acme/notification-admin"}) {
    const auto answer = as(credential, "GET", "");
    EXPECT_EQ(answer.status, 403) << credential;
    EXPECT_NE(member(answer, "detail").find("subscriber token"), std::string::npos) << answer.body;
  }
}

TEST_F(InboxApiTest, AUserNeedsTheScopeAsWell) {
  const auto answer = as("acme/notification-viewer/ada", "GET", "");
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(member(answer, "detail").find("inbox:read"), std::string::npos);
}

TEST_F(InboxApiTest, ListsTheOwnItemsPageByPage) {
  for (const char* title : {"1", "2", "3"}) inbox_.put(acme_, "ada", title);
  inbox_.put(acme_, "bob", "Bob's");
  const auto first = ada("GET", "", {{"limit", "2"}});
  ASSERT_EQ(first.status, 200) << first.body;
  const auto page = json(first);
  ASSERT_EQ(page["items"].Size(), 2u);
  EXPECT_EQ(asView(page["items"][0]["title"]), "3");
  EXPECT_EQ(asView(page["items"][0]["status"]), "unread");
  const auto second = json(ada("GET", "", {{"limit", "2"}, {"cursor", std::string(asView(page["nextCursor"]))}}));
  ASSERT_EQ(second["items"].Size(), 1u);
  EXPECT_EQ(asView(second["items"][0]["title"]), "1");
  EXPECT_TRUE(second["nextCursor"].IsNull());
}

TEST_F(InboxApiTest, PassesTheFiltersOn) {
  EXPECT_EQ(ada("GET", "", {{"status", "unread"}, {"category", "orders"}}).status, 200);
  EXPECT_EQ(inbox_.filter.status, InboxState::unread);
  EXPECT_EQ(inbox_.filter.category, "orders");
}

TEST_F(InboxApiTest, WrongParametersAre422) {
  for (const auto& wrong : std::vector<std::vector<QueryParam>>{{{"status", "opened"}},
                                                                {{"limit", "0"}},
                                                                {{"cursor", "nonsense"}},
                                                                {{"cursor", makeCursor("i", "12")}},
                                                                {{"cursor", makeCursor("i", "-1.x")}},
                                                                {{"cursor", makeCursor("i", "9999999999999999999.x")}},
                                                                {{"categorie", "x"}}}) {
    EXPECT_EQ(ada("GET", "", wrong).status, 422) << wrong[0].name << "=" << wrong[0].value;
  }
}

TEST_F(InboxApiTest, ReadUnreadAndRemoveOneItem) {
  const auto path = "/" + inbox_.put(acme_, "ada", "Hello").toString();
  EXPECT_EQ(member(ada("GET", path), "status"), "unread");
  EXPECT_EQ(member(ada("POST", path + "/read"), "status"), "read");
  EXPECT_EQ(ada("GET", "/unread-count").body, R"({"unread":0})");
  EXPECT_EQ(member(ada("POST", path + "/unread"), "status"), "unread");
  EXPECT_EQ(ada("GET", "/unread-count").body, R"({"unread":1})");
  EXPECT_EQ(ada("DELETE", path).body, R"({"removed":true})");
  EXPECT_EQ(ada("DELETE", path).status, 404);
  EXPECT_EQ(ada("GET", path).status, 404);
}

TEST_F(InboxApiTest, MarksAllReadUntilATime) {
  inbox_.put(acme_, "ada", "1");
  inbox_.put(acme_, "ada", "2");
  EXPECT_EQ(ada("POST", "/mark-all-read", {{"until", "2026-12-01T09:00:00Z"}}).body, R"({"updated":2})");
  EXPECT_EQ(inbox_.until, parseRfc3339("2026-12-01T09:00:00Z"));
  EXPECT_EQ(ada("POST", "/mark-all-read").body, R"({"updated":0})");
  EXPECT_FALSE(inbox_.until);
  EXPECT_EQ(ada("POST", "/mark-all-read", {{"until", "soon"}}).status, 422);
}

TEST_F(InboxApiTest, AnothersItemIs404ForEveryVerb) {
  const auto path = "/" + inbox_.put(acme_, "ada", "Ada's").toString();
  for (const char* credential : {"acme/notification-user/bob", "default/notification-user/ada"}) {
    EXPECT_EQ(as(credential, "GET", path).status, 404);
    EXPECT_EQ(as(credential, "POST", path + "/read").status, 404);
    EXPECT_EQ(as(credential, "POST", path + "/unread").status, 404);
    EXPECT_EQ(as(credential, "DELETE", path).status, 404);
    EXPECT_EQ(as(credential, "GET", "/unread-count").body, R"({"unread":0})");
  }
  EXPECT_EQ(ada("GET", "/no-id").status, 404);
}

TEST_F(InboxApiTest, AUserOfOneTenantIsNobodyInAnother) {
  const auto asked = with(request("GET", "/api/v1/users/me/notifications"), "X-API-Key", "default/platform-admin/ada");
  EXPECT_EQ(ask(asked).status, 200);
  EXPECT_EQ(ask(with(asked, "X-Tenant", "acme")).status, 403);
}

}  // namespace
}  // namespace belfry::test
