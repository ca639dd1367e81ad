#include "services/intake/dedup_rules.h"

#include "fakes.h"

namespace belfry::test {
namespace {

DedupTtls hostTtls() {
  DedupTtls ttls;
  for (auto channel : allChannels()) ttls[channel] = 24h;
  ttls[Channel::push] = 1h;
  ttls[Channel::inapp] = 168h;
  return ttls;
}

std::optional<DedupRule> ruleOf(const std::optional<DedupWish>& wish, const DedupPolicy* of_template = nullptr,
                                const DedupPolicy& of_tenant = {}) {
  return dedupRule(wish, of_template, of_tenant, hostTtls());
}

DedupPolicy on(DedupStrategy strategy) { return {true, strategy, {}, {}, {}}; }

NotificationRequest orderMail() {
  NotificationRequest request;
  request.recipient.user_id = "user_001";
  request.recipient.email = "Ada@example.test";
  request.template_ref = TemplateRef{"order-confirmed", 3, "es"};
  request.data_json = R"({"name":"Ada","orderId":"A-1042"})";
  return request;
}

const TenantId kTenant = *TenantId::parse("01930000-0000-7000-8000-000000000001");

std::string keyOf(const NotificationRequest& request, Channel channel = Channel::email,
                  const std::vector<std::string>& names = {}) {
  return generatedDedupKey(kTenant, request, channel, names);
}

TEST(DedupRule, NobodySaysAnythingAndNothingIsDeduplicated) {
  EXPECT_FALSE(ruleOf({}));
  DedupPolicy ttl_only;
  ttl_only.ttls[Channel::email] = 1h;
  EXPECT_FALSE(ruleOf({}, nullptr, ttl_only));
}

TEST(DedupRule, TheNearestLevelThatSpeaksDecides) {
  const auto of_template = on(DedupStrategy::merge), of_tenant = on(DedupStrategy::replace);
  DedupPolicy never;
  never.enabled = false;
  DedupWish wish, off;
  off.off = true;
  EXPECT_EQ(ruleOf(wish)->level, DedupLevel::send);
  EXPECT_EQ(ruleOf({}, &of_template, of_tenant)->level, DedupLevel::template_);
  EXPECT_EQ(ruleOf({}, nullptr, of_tenant)->level, DedupLevel::tenant);
  EXPECT_FALSE(ruleOf({}, &never, of_tenant));
  EXPECT_FALSE(ruleOf(off, &of_template, of_tenant));
  EXPECT_EQ(ruleOf(wish, &never, {})->level, DedupLevel::send);
}

TEST(DedupRule, WhatALevelLeavesOpenComesFromTheNext) {
  const auto of_template = on(DedupStrategy::merge), of_tenant = on(DedupStrategy::replace);
  DedupWish wish;
  EXPECT_EQ(ruleOf(wish)->strategy, DedupStrategy::drop);
  EXPECT_EQ(ruleOf(wish, &of_template, of_tenant)->strategy, DedupStrategy::merge);
  EXPECT_EQ(ruleOf(wish, nullptr, of_tenant)->strategy, DedupStrategy::replace);
  wish.strategy = DedupStrategy::drop;
  EXPECT_EQ(ruleOf(wish, &of_template, of_tenant)->strategy, DedupStrategy::drop);
}

TEST(DedupRule, AKeyLivesByChannelUnlessALevelSaysOtherwise) {
  DedupWish wish;
  EXPECT_EQ(ruleOf(wish)->ttls.at(Channel::email), 24h);
  EXPECT_EQ(ruleOf(wish)->ttls.at(Channel::push), 1h);
  EXPECT_EQ(ruleOf(wish)->ttls.at(Channel::inapp), 168h);
  DedupPolicy of_tenant;
  of_tenant.ttls[Channel::email] = 12h;
  of_tenant.ttl = 6h;
  EXPECT_EQ(ruleOf(wish, nullptr, of_tenant)->ttls.at(Channel::email), 12h);
  EXPECT_EQ(ruleOf(wish, nullptr, of_tenant)->ttls.at(Channel::push), 6h);
  DedupPolicy of_template;
  of_template.ttl = 2h;
  EXPECT_EQ(ruleOf(wish, &of_template, of_tenant)->ttls.at(Channel::email), 2h);
  wish.ttl = 5min;
  EXPECT_EQ(ruleOf(wish, &of_template, of_tenant)->ttls.at(Channel::email), 5min);
}

TEST(DedupRule, ContextNamesOfAllLevelsCount) {
  DedupWish wish;
  wish.context = {"a"};
  DedupPolicy of_template, of_tenant;
  of_template.context = {"b"};
  of_tenant.context = {"c"};
  EXPECT_THAT(ruleOf(wish, &of_template, of_tenant)->context, ElementsAre("a", "b", "c"));
}

// Each part as LENGTH:BYTES: tenant, channel, user id, address, what is said, context. Computed with Python's hashlib.
TEST(DedupKey, EqualsVectorsOfAnotherImplementation) {
  EXPECT_EQ(keyOf(orderMail()), "1f1db9171203510e687a0b97914422cb0000e40fc8143e6b71e64443200065a5");
  NotificationRequest text;
  text.recipient.phone = "+34600000001";
  text.content[Channel::sms] = {{"text", "Hello"}};
  text.data_json = R"({"b":"é","a":[1,{"y":2,"x":null}]})";
  EXPECT_EQ(keyOf(text, Channel::sms), "929ca805dc6f21309e504a34b8e50611d3ee53bbcf34f1d19d755204da3c0f97");
  NotificationRequest push;
  push.recipient.device_tokens = {{"tok-b", {}}, {"tok-a", {}}};
  push.content[Channel::push] = {{"title", "T"}, {"body", "B"}};
  EXPECT_EQ(keyOf(push, Channel::push), "c08d73b064495fd55f0a8d259eca5058d7529d7987fa2de8a044bedfc55938f7");
}

TEST(DedupKey, CoversWhoWhatAndAboutWhat) {
  const auto key = keyOf(orderMail());
  auto other = orderMail();
  other.recipient.email = "bob@example.test";
  EXPECT_NE(keyOf(other), key);
  other = orderMail();
  other.template_ref->key = "order-shipped";
  EXPECT_NE(keyOf(other), key);
  other = orderMail();
  other.data_json = R"({"orderId":"A-1043"})";
  EXPECT_NE(keyOf(other), key);
  EXPECT_NE(generatedDedupKey(tenantNumber(7), orderMail(), Channel::email, {}), key);
  EXPECT_NE(keyOf(orderMail(), Channel::inapp), key);
  EXPECT_NE(keyOf(orderMail(), Channel::email, {"name"}), key);
}

TEST(DedupKey, IsTheSameForWhatDoesNotMatter) {
  auto other = orderMail();
  other.template_ref->version = 4;
  other.template_ref->language = "en";
  other.recipient.email = "ada@EXAMPLE.test";
  other.recipient.name = "Ada L.";
  other.data_json = R"({"orderId":"A-1042","name":"Lady Ada"})";
  other.metadata_json = R"({"try":2})";
  EXPECT_EQ(keyOf(other), keyOf(orderMail()));
}

TEST(DedupKey, OfAPushToAUserDoesNotDependOnDevices) {
  auto one = orderMail(), two = orderMail();
  one.recipient.device_tokens = {{"a", {}}};
  two.recipient.device_tokens = {{"b", {}}, {"a", {}}};
  EXPECT_EQ(keyOf(one, Channel::push), keyOf(two, Channel::push));
}

TEST(DedupContext, DataWithoutTheNamesCountsWhole) {
  EXPECT_EQ(dedupContext(R"({"b":1,"a":{"d":2,"c":[3]}})", {"orderId"}), R"({"a":{"c":[3],"d":2},"b":1})");
  EXPECT_EQ(dedupContext(R"({"orderId":null,"b":1})", {"orderId"}), R"({"b":1,"orderId":null})");
}

TEST(DedupContext, NamesWalkIntoObjects) {
  EXPECT_EQ(dedupContext(R"({"order":{"id":7,"x":1},"y":2})", {"order.id", "y.z"}), "order.id=7\n");
}

TEST(CheckDedup, ContextThatIsNotInTheDataIsNamed) {
  SendCommand command;
  command.request.data_json = R"({"orderId":"A"})";
  command.dedup = DedupWish{};
  command.dedup->context = {"orderId", "bookingID"};
  FieldErrors errors;
  checkDedup(command, errors);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].pointer, "/dedup/context/1");
  EXPECT_EQ(errors[0].code, FieldErrorCode::not_found);
  EXPECT_EQ(errors[0].value, "bookingID");
}

TEST(DedupClaims, AreMadeForEachChannel) {
  auto request = orderMail();
  DedupWish wish;
  const auto claims = dedupClaims(kTenant, request, {Channel::email, Channel::push}, *ruleOf(wish), "", noon());
  ASSERT_THAT(claims, SizeIs(2));
  EXPECT_EQ(claims[0].key, keyOf(request));
  EXPECT_TRUE(claims[0].generated);
  EXPECT_EQ(claims[0].expires_at, noon() + 24h);
  EXPECT_EQ(claims[1].expires_at, noon() + 1h);
  const auto given = dedupClaims(kTenant, request, {Channel::email}, *ruleOf(wish), "mine", noon());
  EXPECT_EQ(given[0].key, "mine");
  EXPECT_FALSE(given[0].generated);
}

}  // namespace
}  // namespace belfry::test
