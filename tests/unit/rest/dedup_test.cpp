// Deduplication in requests, and admin/dedup asked as RestApi asks it, over keys in memory.
#include "api/rest/dedup_operations.h"

#include "api/rest/dedup_json.h"
#include "api/rest/send_json.h"
#include "api/rest/template_json.h"
#include "unit/rest/problems.h"
#include "unit/rest/rest_fixture.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

Result<ParsedSend, Problem> sendWith(const std::string& dedup) {
  return parseSend(R"({"channel":"email","recipient":{"email":"ada@example.test"},"content":{"text":"x"},"dedup":)" +
                   dedup + "}");
}

std::optional<DedupWish> wishOf(const std::string& dedup) {
  auto parsed = sendWith(dedup);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : describe(parsed.error()));
  return parsed.ok() ? parsed->command.dedup : std::nullopt;
}

/// The code at /dedup + pointer.
std::string refusalAt(const std::string& dedup, const std::string& pointer) {
  auto parsed = sendWith(dedup);
  if (parsed.ok()) return "taken";
  const auto* error = errorAt(parsed.error(), "/dedup" + pointer);
  return error ? std::string(toText(error->code)) : describe(parsed.error());
}

TEST(DedupWishJson, ReadsEveryForm) {
  EXPECT_TRUE(wishOf("false")->off);
  EXPECT_FALSE(wishOf("true")->off);
  EXPECT_FALSE(wishOf("{}")->off);
  const auto full = wishOf(R"({"key":"booking 7","ttl":"PT90M","strategy":"merge"})");
  EXPECT_EQ(full->key, "booking 7");
  EXPECT_EQ(full->ttl, 90min);
  EXPECT_EQ(full->strategy, DedupStrategy::merge);
  EXPECT_EQ(wishOf(R"({"context":["order.id","x"]})")->context, (std::vector<std::string>{"order.id", "x"}));
  EXPECT_FALSE(
      parseSend(R"({"channel":"email","recipient":{"email":"a@b.test"},"content":{"text":"x"}})")->command.dedup);
}

TEST(DedupWishJson, NamesWhatIsWrong) {
  EXPECT_EQ(refusalAt("7", ""), "wrong_type");
  EXPECT_EQ(refusalAt("null", ""), "wrong_type");
  EXPECT_EQ(refusalAt(R"({"ttl":"PT0S"})", "/ttl"), "out_of_range");
  EXPECT_EQ(refusalAt(R"({"ttl":"P367D"})", "/ttl"), "out_of_range");
  EXPECT_EQ(refusalAt(R"({"ttl":"P9999999999999999999D"})", "/ttl"), "malformed");
  EXPECT_EQ(refusalAt(R"({"ttl":"24h"})", "/ttl"), "malformed");
  EXPECT_EQ(refusalAt(R"({"ttl":"-PT1H"})", "/ttl"), "malformed");
  EXPECT_EQ(refusalAt(R"({"ttl":3600})", "/ttl"), "wrong_type");
  EXPECT_EQ(refusalAt(R"({"strategy":"ignore"})", "/strategy"), "not_allowed");
  EXPECT_EQ(refusalAt(R"({"key":""})", "/key"), "too_short");
  EXPECT_EQ(refusalAt("{\"key\":\"" + std::string(256, 'k') + "\"}", "/key"), "too_long");
  EXPECT_EQ(refusalAt(R"({"key":"a\nb"})", "/key"), "malformed");
  EXPECT_EQ(refusalAt(R"({"key":7})", "/key"), "wrong_type");
  EXPECT_EQ(refusalAt(R"({"context":["a b"]})", "/context/0"), "malformed");
  EXPECT_EQ(refusalAt(R"({"context":"orderId"})", "/context"), "wrong_type");
  EXPECT_EQ(refusalAt(R"({"context":["a"],"key":"k"})", "/context"), "conflict");
  EXPECT_EQ(refusalAt(R"({"strategie":"drop"})", "/strategie"), "unknown_field");
  EXPECT_FALSE(sendWith("{\"key\":\"a\\u0000b\"}").ok());
}

TEST(DedupPolicyJson, OfATemplateIsReadAndWritten) {
  const auto draft = parseTemplate(
      R"({"key":"order","content":{"email":{"subject":"s","text":"t"}},"dedup":{"ttl":"PT2H","strategy":"replace","context":["order.id"]}})");
  ASSERT_TRUE(draft.ok()) << describe(draft.error());
  EXPECT_EQ(draft->dedup, (DedupPolicy{true, DedupStrategy::replace, 2h, {}, {"order.id"}}));
  EXPECT_NE(templateJson(*draft).find(
                R"("dedup":{"enabled":true,"ttl":"PT7200S","strategy":"replace","context":["order.id"]})"),
            std::string::npos);
  const auto wrong =
      parseTemplate(R"({"key":"order","content":{"email":{"text":"t"}},"dedup":{"ttl":"PT0S","key":"k"}})");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(errorAt(wrong.error(), "/dedup/ttl"), nullptr);
  EXPECT_NE(errorAt(wrong.error(), "/dedup/key"), nullptr);
}

/// One key, `known`, of any tenant.
class HeldDedupKeys final : public DedupStore {
 public:
  std::vector<DedupKeyView> find(TenantId, const DedupKeyName& name) override { return known(name); }
  std::vector<DedupKeyView> expiring(TenantId, std::optional<Channel>, Duration within, int) override {
    asked_within = within;
    return {one()};
  }
  std::vector<DedupKeyView> extend(TenantId, const DedupKeyName& name, Duration by, Duration) override {
    extended = by;
    return known(name);
  }
  int release(TenantId, const DedupKeyName& name) override { return static_cast<int>(known(name).size()); }
  std::vector<DedupCount> statistics(TenantId, TimePoint first, TimePoint) override {
    return {{first, Channel::email, "order", 3, 1, 2, 1}, {first, Channel::sms, "", 1, 3, 1, 0}};
  }
  int archive(int, int) override { return 0; }

  static DedupKeyView one() {
    DedupKeyView view;
    view.id = sha256("known");
    view.channel = Channel::email;
    return view;
  }

  Duration asked_within{}, extended{};

 private:
  static std::vector<DedupKeyView> known(const DedupKeyName& name) {
    if (name.key != "known" && name.id != sha256("known")) return {};
    return {one()};
  }
};

class DedupApiTest : public RestFixture {
 protected:
  DedupApiTest() {
    Router router;
    addDedupOperations(router, keys_);
    start(std::move(router));
  }

  HttpResponse as(const std::string& role, HttpRequest asked, std::vector<QueryParam> query = {}) {
    asked.query = std::move(query);
    return ask(with(std::move(asked), "X-API-Key", "acme/" + role));
  }
  HttpResponse get(const std::string& path, std::vector<QueryParam> query = {}) {
    return as("notification-viewer", request("GET", "/api/v1/admin/dedup" + path), std::move(query));
  }
  HttpResponse extend(const std::string& body) {
    return as("notification-admin", request("POST", "/api/v1/admin/dedup/keys/extend", body));
  }
  HttpResponse release(std::vector<QueryParam> query) {
    return as("notification-admin", request("DELETE", "/api/v1/admin/dedup/keys"), std::move(query));
  }

  const std::string id_ = toHex(asView(sha256("known")));
  HeldDedupKeys keys_;
};

TEST_F(DedupApiTest, AKeyIsShownByNameAndById) {
  const auto found = get("/keys", {{"key", "known"}});
  EXPECT_EQ(found.status, 200);
  EXPECT_NE(found.body.find(id_), std::string::npos) << found.body;
  EXPECT_EQ(get("/keys", {{"id", id_}}).body, found.body);
  EXPECT_EQ(get("/keys", {{"key", "other"}}).status, 404);
  EXPECT_EQ(get("/keys", {{"expiringWithin", "PT30M"}}).status, 200);
  EXPECT_EQ(keys_.asked_within, 30min);
}

TEST_F(DedupApiTest, WrongQuestionsAre422) {
  for (const auto& wrong : std::vector<std::vector<QueryParam>>{{},
                                                                {{"key", "a"}, {"id", id_}},
                                                                {{"key", ""}},
                                                                {{"key", std::string(256, 'k')}},
                                                                {{"id", "12"}},
                                                                {{"id", std::string(64, 'z')}},
                                                                {{"key", "a"}, {"channel", "pigeon"}},
                                                                {{"expiringWithin", "soon"}},
                                                                {{"expiringWithin", "PT0S"}},
                                                                {{"key", "a"}, {"limit", "0"}},
                                                                {{"kee", "a"}}}) {
    EXPECT_EQ(get("/keys", wrong).status, 422) << (wrong.empty() ? "" : wrong[0].name + "=" + wrong[0].value);
  }
  EXPECT_EQ(release({{"expiringWithin", "PT1H"}}).status, 422);
  EXPECT_EQ(get("/statistics", {{"from", "2026-12-02T00:00:00Z"}, {"to", "2026-12-01T00:00:00Z"}}).status, 422);
  EXPECT_EQ(get("/statistics", {{"from", "1990-01-01T00:00:00Z"}}).status, 422);
}

TEST_F(DedupApiTest, AKeyIsExtendedAndReleased) {
  EXPECT_EQ(extend(R"({"key":"known","by":"PT12H"})").status, 200);
  EXPECT_EQ(keys_.extended, 12h);
  EXPECT_EQ(extend("{\"id\":\"" + id_ + "\",\"by\":\"P1D\",\"channel\":\"email\"}").status, 200);
  EXPECT_EQ(extend(R"({"key":"other","by":"PT12H"})").status, 404);
  EXPECT_EQ(release({{"key", "known"}}).body, R"({"released":1})");
  EXPECT_EQ(release({{"key", "other"}}).status, 404);
}

TEST_F(DedupApiTest, WrongExtensionsAre422) {
  for (const auto* wrong :
       {R"({"key":"known"})", R"({"by":"PT1H"})", R"({"key":"known","by":"PT0S"})", R"({"key":"known","by":"P400D"})",
        R"({"key":"known","by":"1h"})", R"({"key":"known","id":"00","by":"PT1H"})", R"({"id":"00","by":"PT1H"})",
        R"({"key":"known","by":"PT1H","until":"x"})"}) {
    EXPECT_EQ(extend(wrong).status, 422) << wrong;
  }
}

TEST_F(DedupApiTest, WatchingNeedsLessThanChanging) {
  EXPECT_EQ(as("notification-viewer", request("POST", "/api/v1/admin/dedup/keys/extend", "{}")).status, 403);
  EXPECT_EQ(as("notification-viewer", request("DELETE", "/api/v1/admin/dedup/keys"), {{"key", "known"}}).status, 403);
  EXPECT_EQ(as("notification-service", request("GET", "/api/v1/admin/dedup/statistics")).status, 403);
}

TEST_F(DedupApiTest, StatisticsAddUp) {
  const auto answer = get("/statistics", {{"from", "2026-12-01T00:00:00Z"}, {"to", "2026-12-02T00:00:00Z"}});
  EXPECT_EQ(
      answer.body,
      R"({"from":"2026-12-01","to":"2026-12-02","sends":8,"doubles":4,"rate":0.5,"liveKeys":3,"expiringSoon":1,)"
      R"("channels":[{"channel":"email","sends":4,"doubles":1,"rate":0.25},{"channel":"sms","sends":4,"doubles":3,"rate":0.75}],)"
      R"("templates":[{"template":null,"sends":4,"doubles":3,"rate":0.75},{"template":"order","sends":4,"doubles":1,"rate":0.25}],)"
      R"("days":[{"day":"2026-12-01","sends":8,"doubles":4,"rate":0.5}]})");
}

}  // namespace
}  // namespace belfry::test
