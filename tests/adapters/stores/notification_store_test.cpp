#include <set>

#include "adapters/postgres/request_json.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

class NotificationStoreTest : public StoreSuite {
 protected:
  void SetUp() override {
    clearDeliveries();
    tenant_ = newTenant();
  }

  std::vector<NotificationId> found(const NotificationFilter& filter, std::optional<NotificationId> before = {},
                                    int limit = 100) {
    std::vector<NotificationId> ids;
    for (const auto& view : stores_->notifications.list(tenant_, filter, before, limit)) ids.push_back(view.id);
    return ids;
  }

  NewNotification fromUser(const std::string& user) {
    auto made = mail(tenant_);
    made.request.recipient.user_id = user;
    store(made);
    return made;
  }

  TenantId tenant_;
};

/// One with everything that a request can have.
NewNotification fullMail(TenantId tenant, TimePoint now) {
  NewNotification made;
  made.tenant = tenant;
  made.id = NotificationId::mint(now);
  made.priority = Priority::high;
  made.created_at = now;
  made.expires_at = now + 2h;
  auto& request = made.request;
  request.recipient = {"user-4711",     UserType::driver,
                       "Ada Ünique",    "ada.unique@example.test",
                       "+34600000001",  {{"token-one", Platform::ios}, {"token-two", {}}},
                       "Europe/Madrid", "es"};
  request.template_ref = TemplateRef{"order-confirmed", 3, "es"};
  request.content[Channel::email] = {{"subject", "Subject of secrets"},
                                     {"text", "Line\nline \"quoted\" \xF0\x9F\x94\x94"}};
  request.content[Channel::sms] = {{"text", "short"}};
  request.options[Channel::email] = {{{"from", "Shop <shop@example.test>"}, {"reply_to", "help@example.test"}},
                                     {{"X-Order", "42"}}};
  request.attachments = {{"bill.pdf", "application/pdf", "", std::string("%PDF\0\xFF bytes", 12)},
                         {"logo.png", "image/png", "logo", "png"}};
  request.data_json = R"({"order":{"id":42,"total":12.5},"names":["private-name",null,true]})";
  request.metadata_json = R"({"trace":"private-trace"})";
  made.deliveries = {{DeliveryId::mint(now), Channel::email}, {DeliveryId::mint(now), Channel::sms}};
  return made;
}

TEST_F(NotificationStoreTest, GivesBackEverythingThatWasAsked) {
  auto made = fullMail(tenant_, stores_->clock.now());
  store(made);
  auto view = stores_->notifications.get(tenant_, made.id);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->id, made.id);
  EXPECT_EQ(view->priority, Priority::high);
  EXPECT_EQ(view->created_at, made.created_at);
  EXPECT_EQ(view->expires_at, made.expires_at);
  EXPECT_EQ(view->scheduled_at, std::nullopt);
  EXPECT_EQ(toJson(view->request), toJson(made.request));
  EXPECT_EQ(view->request.recipient.user_type, UserType::driver);
  EXPECT_EQ(view->request.recipient.device_tokens, made.request.recipient.device_tokens);
  EXPECT_EQ(view->request.attachments.at(0).bytes, made.request.attachments[0].bytes);
  EXPECT_EQ(view->request.attachments.at(1).content_id, "logo");
  EXPECT_EQ(view->request.template_ref->version, 3);
  EXPECT_EQ(view->request.data_json, made.request.data_json);
  ASSERT_THAT(view->deliveries, SizeIs(2));
  EXPECT_EQ(view->deliveries[0].id, made.deliveries[0].id);
  EXPECT_EQ(view->deliveries[1].channel, Channel::sms);
}

TEST_F(NotificationStoreTest, TheTimelineGrowsWithTheDelivery) {
  auto made = mail(tenant_);
  store(made);
  auto queued = stores_->notifications.get(tenant_, made.id)->deliveries.at(0);
  EXPECT_EQ(queued.state, DeliveryState::queued);
  EXPECT_EQ(queued.due_at, made.created_at);
  EXPECT_EQ(queued.attempt, 0);
  auto claim = claimDue(*stores_, {{Priority::medium, 1}}, 60s, newUuidV7(made.created_at)).at(0);
  auto sending = stores_->notifications.get(tenant_, made.id)->deliveries.at(0);
  EXPECT_EQ(sending.state, DeliveryState::sending) << "a live delivery's state is that of its work row";
  EXPECT_EQ(sending.attempt, 1);
  Settlement end{tenant_, claim.id, 1, claim.priority, DeliveryState::bounced, {}, "mail", "id-1", "550", "no such user", {}};
  end.events = {{EventType::sending, made.created_at, 1, "mail", {}},
                {EventType::bounced, made.created_at, 1, "mail", R"({"code":"550"})"}};
  stores_->work.settle({&end, 1});
  auto view = stores_->notifications.get(tenant_, made.id);
  auto bounced = view->deliveries.at(0);
  EXPECT_EQ(bounced.state, DeliveryState::bounced);
  EXPECT_EQ(bounced.due_at, std::nullopt);
  EXPECT_EQ(bounced.provider, "mail");
  EXPECT_EQ(bounced.provider_message_id, "id-1");
  EXPECT_EQ(bounced.error_code, "550");
  EXPECT_EQ(bounced.error_detail, "no such user");
  std::vector<EventType> types;
  for (const auto& event : bounced.timeline) types.push_back(event.type);
  EXPECT_THAT(types, ElementsAre(EventType::accepted, EventType::queued, EventType::sending, EventType::bounced));
  EXPECT_EQ(bounced.timeline[3].detail_json, R"({"code": "550"})");
  EXPECT_EQ(bounced.timeline[3].attempt, 1);
  EXPECT_EQ(notificationState(view->deliveries), DeliveryState::bounced);
}

TEST_F(NotificationStoreTest, AnotherTenantFindsNothing) {
  auto made = storedMail(tenant_);
  auto other = newTenant();
  EXPECT_FALSE(stores_->notifications.get(other, made.id));
  EXPECT_THAT(stores_->notifications.list(other, {}, {}, 10), IsEmpty());
  EXPECT_FALSE(stores_->notifications.get(tenant_, NotificationId::mint(made.created_at)));
}

TEST_F(NotificationStoreTest, PagesWithoutGapsOrDoubles) {
  std::vector<NotificationId> made;
  for (int i = 0; i < 23; ++i) made.insert(made.begin(), storedMail(tenant_).id);
  std::vector<NotificationId> read;
  std::optional<NotificationId> before;
  for (;;) {
    auto page = found({}, before, 5);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 5u);
    read.insert(read.end(), page.begin(), page.end());
    before = page.back();
    storedMail(tenant_);  // what comes meanwhile is newer and does not shift the pages
  }
  EXPECT_EQ(read, made);
}

TEST_F(NotificationStoreTest, FiltersByUser) {
  auto ada = fromUser("ada"), bob = fromUser("bob"), again = fromUser("ada");
  EXPECT_THAT(found({.user_id = "ada"}), ElementsAre(again.id, ada.id));
  EXPECT_THAT(found({.user_id = "Ada"}), IsEmpty());
  EXPECT_EQ(count("notifications WHERE user_hash IS NOT NULL AND length(user_hash) = 32"), 3);
  EXPECT_EQ(scalar("SELECT count(DISTINCT user_hash) FROM belfry.notifications"), "2");
}

TEST_F(NotificationStoreTest, TheSameUserHashesDifferentlyForEachTenant) {
  fromUser("ada");
  tenant_ = newTenant();
  fromUser("ada");
  EXPECT_EQ(scalar("SELECT count(DISTINCT user_hash) FROM belfry.notifications"), "2");
}

TEST_F(NotificationStoreTest, FiltersByChannel) {
  auto both = mail(tenant_);
  both.deliveries.push_back({DeliveryId::mint(both.created_at), Channel::sms});
  store(both);
  auto one = storedMail(tenant_);
  EXPECT_THAT(found({.channel = Channel::sms}), ElementsAre(both.id));
  EXPECT_THAT(found({.channel = Channel::email}), ElementsAre(one.id, both.id));
  EXPECT_THAT(found({.channel = Channel::push}), IsEmpty());
}

TEST_F(NotificationStoreTest, FiltersByStatusOfLiveAndFinishedDeliveries) {
  auto queued = storedMail(tenant_);
  auto later = mail(tenant_);
  later.scheduled_at = later.created_at + 1h;
  store(later);
  auto mixed = mail(tenant_);
  mixed.deliveries.push_back({DeliveryId::mint(mixed.created_at), Channel::sms});
  store(mixed);
  sql("DELETE FROM belfry.work WHERE delivery_id = " + quoted(mixed.deliveries[0].id.toString()));
  sql("UPDATE belfry.deliveries SET status = 'sent' WHERE id = " + quoted(mixed.deliveries[0].id.toString()));
  EXPECT_THAT(found({.status = DeliveryState::queued}), ElementsAre(mixed.id, queued.id)) << "queued ranks before sent";
  EXPECT_THAT(found({.status = DeliveryState::scheduled}), ElementsAre(later.id));
  EXPECT_THAT(found({.status = DeliveryState::sent}), IsEmpty());
  sql("UPDATE belfry.work SET state = 'sending', attempt = 1, lease_until = now(), owner = delivery_id WHERE "
      "notification_id = " +
      quoted(queued.id.toString()));
  EXPECT_THAT(found({.status = DeliveryState::sending}), ElementsAre(queued.id)) << "the claim is known to work alone";
  for (auto state : allDeliveryStates()) {
    std::set<Uuid> wanted, got;
    for (const auto& view : stores_->notifications.list(tenant_, {}, {}, 10))
      if (notificationState(view.deliveries) == state) wanted.insert(view.id.value);
    for (auto id : found({.status = state})) got.insert(id.value);
    EXPECT_EQ(got, wanted) << toText(state) << ": SQL and model agree";
  }
}

TEST_F(NotificationStoreTest, FiltersByTimeFromInclusiveToExclusive) {
  auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(stores_->clock.now());
  std::vector<NewNotification> made;
  for (int i = 0; i < 3; ++i) {
    made.push_back(mail(tenant_));
    auto at = now - 1h + i * 10min;
    made.back().id = {uuidLowerBound(at)};
    made.back().deliveries[0].id = {uuidLowerBound(at)};
    made.back().created_at = at;
    store(made.back());
  }
  EXPECT_THAT(found({.from = made[1].created_at}), ElementsAre(made[2].id, made[1].id));
  EXPECT_THAT(found({.to = made[1].created_at}), ElementsAre(made[0].id));
  EXPECT_THAT(found({.from = made[0].created_at + 1ms, .to = made[2].created_at}), ElementsAre(made[1].id));
}

TEST_F(NotificationStoreTest, FiltersCombine) {
  auto ada = fromUser("ada");
  fromUser("bob");
  EXPECT_THAT(
      found(
          {.status = DeliveryState::queued, .channel = Channel::email, .from = ada.created_at - 1s, .user_id = "ada"}),
      ElementsAre(ada.id));
  EXPECT_THAT(found({.channel = Channel::sms, .user_id = "ada"}), IsEmpty());
}

TEST_F(NotificationStoreTest, NothingPersonalIsReadableInTheDatabase) {
  auto made = fullMail(tenant_, stores_->clock.now());
  made.idempotency =
      IdempotencyClaim{sha256("key"), sha256("request"), R"({"answer":"private-answer"})", made.created_at + 24h};
  store(made);
  Tenant tenant{tenant_, "tenant-with-secret", "Name", TenantState::active, {"apikey"}, Source::file, {}};
  ProviderInstance provider{};
  provider.slug = "mail";
  provider.plugin = "smtp";
  provider.channel = Channel::email;
  provider.secrets = {{"password", "private-password"}};
  stores_->catalogue.reconcile(tenant, {provider});
  stores_->keys.create(tenant_, {"abcdefghij123456", "key", stores_->keys.hash("private-key-secret"), {}, {}, {}});
  const std::vector<std::string> personal{"ada.unique@example.test",
                                          "Ada",
                                          "user-4711",
                                          "+34600000001",
                                          "34600000001",
                                          "token-one",
                                          "Madrid",
                                          "Subject of secrets",
                                          "bill.pdf",
                                          "shop@example.test",
                                          "X-Order",
                                          "private-name",
                                          "private-trace",
                                          "private-answer",
                                          "private-password",
                                          "private-key-secret"};
  long rows = 0;
  for (const auto& table : sql("SELECT oid::regclass FROM pg_class WHERE relnamespace = 'belfry'::regnamespace AND "
                               "relkind IN ('r', 'p')")) {
    for (const auto& row : sql("SELECT t::text FROM " + table[0] + " t")) {
      ++rows;
      for (const auto& text : personal) {
        for (const auto& form : {text, toHex(text), toBase64(text)}) {
          EXPECT_EQ(row[0].find(form), std::string::npos) << table[0] << " holds " << form;
        }
      }
    }
  }
  EXPECT_GT(rows, 15);
}

}  // namespace
}  // namespace belfry::pg::test
