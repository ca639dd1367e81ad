#include "api/rest/send_json.h"

#include <gtest/gtest.h>

#include "kit/crypto.h"
#include "kit/json.h"
#include "unit/rest/problems.h"

namespace belfry {
namespace {

using test::describe;
using test::errorAt;

constexpr std::string_view kFull = R"({
  "channels": ["email", "fcm"], "strategy": "all",
  "recipient": {"userId": "user_001", "userType": "customer", "email": "ada@example.test", "name": "Ada", "phone": "+34600000001",
                "deviceTokens": [{"token": "t1", "platform": "android"}, {"token": "t2"}],
                "timezone": "Europe/Madrid", "language": "es"},
  "template": {"key": "order-confirmed", "version": 3, "language": "es"},
  "data": {"orderId": "A-1042", "n": 1.50},
  "priority": "urgent",
  "sendAt": "2026-12-01T10:00:00+01:00", "expiresAt": "2026-12-02T00:00:00Z",
  "attachments": [{"filename": "a.pdf", "contentType": "application/pdf", "base64": "aGVsbG8=", "contentId": "c1"}],
  "options": {"email": {"from": "Shop <shop@example.test>", "replyTo": "r@example.test", "headers": {"X-Order": "A-1042"}}},
  "metadata": {"orderId": "A-1042"}, "dryRun": true})";

TEST(SendJson, ReadsTheFullForm) {
  auto parsed = parseSend(kFull);
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  const auto& command = parsed->command;
  EXPECT_EQ(parsed->form, SendForm::channels);
  EXPECT_EQ(command.channels, (std::vector{Channel::email, Channel::push}));
  const auto& recipient = command.request.recipient;
  EXPECT_EQ(recipient.user_id, "user_001");
  EXPECT_EQ(recipient.user_type, UserType::customer);
  EXPECT_EQ(recipient.email, "ada@example.test");
  EXPECT_EQ(recipient.phone, "+34600000001");
  EXPECT_EQ(recipient.device_tokens, (std::vector<DeviceToken>{{"t1", Platform::android}, {"t2", {}}}));
  EXPECT_EQ(recipient.timezone, "Europe/Madrid");
  EXPECT_EQ(recipient.language, "es");
  ASSERT_TRUE(command.request.template_ref);
  EXPECT_EQ(command.request.template_ref->key, "order-confirmed");
  EXPECT_EQ(command.request.template_ref->version, 3);
  EXPECT_EQ(command.request.data_json, R"({"orderId":"A-1042","n":1.5})");
  EXPECT_EQ(command.priority, Priority::critical);
  EXPECT_EQ(command.send_at, parseRfc3339("2026-12-01T09:00:00Z"));
  EXPECT_EQ(command.expires_at, parseRfc3339("2026-12-02T00:00:00Z"));
  ASSERT_EQ(command.request.attachments.size(), 1u);
  EXPECT_EQ(command.request.attachments[0].bytes, "hello");
  EXPECT_EQ(command.request.attachments[0].content_id, "c1");
  const auto& email = command.request.options.at(Channel::email);
  EXPECT_EQ(*findField(email.options, "from"), "Shop <shop@example.test>");
  EXPECT_EQ(*findField(email.options, "reply_to"), "r@example.test");
  EXPECT_EQ(*findField(email.headers, "X-Order"), "A-1042");
  EXPECT_EQ(command.request.metadata_json, R"({"orderId":"A-1042"})");
  EXPECT_TRUE(command.dry_run);
}

TEST(SendJson, FlatContentIsSaidOnEveryChannel) {
  auto parsed = parseSend(
      R"({"channels": ["email", "sms"], "recipient": {"email": "a@b.test"}, "content": {"subject": "s", "text": "t"}})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  const auto& content = parsed->command.request.content;
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(*findField(content.at(Channel::sms), "text"), "t");
  EXPECT_EQ(*findField(content.at(Channel::email), "subject"), "s");
}

TEST(SendJson, ContentByChannelIsSaidOnEach) {
  auto parsed = parseSend(
      R"({"channels": ["email", "sms"], "recipient": {"email": "a@b.test"}, "content": {"email": {"text": "mail"}, "sms": {"text": "text"}}})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(*findField(parsed->command.request.content.at(Channel::email), "text"), "mail");
  EXPECT_EQ(*findField(parsed->command.request.content.at(Channel::sms), "text"), "text");
}

TEST(SendJson, ReadsTheShortForm) {
  auto parsed = parseSend(R"({"channel": "email", "recipientUserId": "ada@example.test", "recipientUserType": "vendor",
    "subject": "Hi", "body": "Hello", "priority": "normal", "scheduledAt": "2026-12-01T09:00:00Z", "metadata": {"a": 1}})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  const auto& command = parsed->command;
  EXPECT_EQ(parsed->form, SendForm::brief);
  EXPECT_EQ(command.channels, std::vector{Channel::email});
  EXPECT_EQ(command.request.recipient.user_id, "ada@example.test");
  EXPECT_EQ(command.request.recipient.email, "ada@example.test");
  EXPECT_EQ(command.request.recipient.user_type, UserType::merchant);
  EXPECT_EQ(*findField(command.request.content.at(Channel::email), "subject"), "Hi");
  EXPECT_EQ(*findField(command.request.content.at(Channel::email), "text"), "Hello");
  EXPECT_EQ(command.priority, Priority::medium);
  EXPECT_TRUE(command.send_at);
  EXPECT_EQ(command.request.metadata_json, R"({"a":1})");
}

TEST(SendJson, AUserIdThatIsNoAddressStaysAUserId) {
  auto parsed = parseSend(R"({"channel": "inapp", "recipientUserId": "user_001", "subject": "Hi", "body": "Hello"})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(parsed->command.request.recipient.email, "");
  EXPECT_EQ(*findField(parsed->command.request.content.at(Channel::inapp), "title"), "Hi");
  EXPECT_EQ(*findField(parsed->command.request.content.at(Channel::inapp), "body"), "Hello");
}

TEST(SendJson, DelayIsAnIsoDuration) {
  auto parsed = parseSend(
      R"({"channel": "email", "recipient": {"email": "a@b.test"}, "content": {"text": "t"}, "delay": "PT10M"})");
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(parsed->command.delay, std::chrono::minutes(10));
  EXPECT_EQ(parsed->form, SendForm::channel);
}

struct Wrong {
  std::string name;
  std::string field;  // the member that is put in, as JSON
  std::string pointer;
  FieldErrorCode code;
  std::string allowed;  // a part of what the error says is allowed
};

/// A good request with one more member; a member of the same name goes out of its way.
std::string requestWith(const std::string& field) {
  std::string body = "{" + field;
  auto add = [&](std::string_view name, std::string_view text) {
    if (field.find("\"" + std::string(name) + "\":") != 0)
      body += ", \"" + std::string(name) + "\": " + std::string(text);
  };
  add("recipient", R"({"email": "ada@example.test"})");
  const bool own_words = field.find("\"template\":") != 0 || field.find("\"key\": \"k\"}") != std::string::npos;
  if (own_words) add("content", R"({"subject": "s", "text": "t"})");
  if (field.find("\"channels\":") != 0) add("channel", "\"email\"");
  return body + "}";
}

const std::string kDeep = [] {
  std::string text = "1";
  for (int i = 0; i < 40; ++i) text = "{\"a\":" + text + "}";
  return text;
}();

const Wrong kWrong[] = {
    {"UnknownField", R"("sendAtlocal": "2026-12-01T09:00")", "/sendAtlocal", FieldErrorCode::unknown_field, "sendAt"},
    {"SendAtLocalOffset", R"("sendAtLocal": "2026-12-01T09:00Z")", "/sendAtLocal", FieldErrorCode::malformed,
     "local time"},
    {"SendAtLocalNumber", R"("sendAtLocal": 5)", "/sendAtLocal", FieldErrorCode::wrong_type, "a text"},
    {"SendAtLocalNoDay", R"("sendAtLocal": "2026-02-30T09:00")", "/sendAtLocal", FieldErrorCode::malformed,
     "local time"},
    {"Timezone", R"("timezone": "Europe Madrid")", "/timezone", FieldErrorCode::malformed, "IANA"},
    {"Misfire", R"("misfire": "later")", "/misfire", FieldErrorCode::not_allowed, "send, skip, defer"},
    {"ShortFieldsInFullForm", R"("subject": "s")", "/subject", FieldErrorCode::unknown_field, "content"},
    {"UnknownChannel", R"("channel": "fax")", "/channel", FieldErrorCode::not_allowed, "email, sms"},
    {"ChannelOfWrongType", R"("channel": 1)", "/channel", FieldErrorCode::wrong_type, "email"},
    {"NoChannels", R"("channels": [])", "/channels", FieldErrorCode::too_few, "email"},
    {"ChannelsTwice", R"("channels": ["push", "fcm"])", "/channels/1", FieldErrorCode::duplicate, "email"},
    {"ChannelsOfWrongType", R"("channels": "email")", "/channels", FieldErrorCode::wrong_type, "a list"},
    {"ChannelsItemOfWrongType", R"("channels": ["email", 5])", "/channels/1", FieldErrorCode::wrong_type, "email"},
    {"TooManyChannels", R"("channels": ["email","email","email","email","email","email","email","email"])", "/channels",
     FieldErrorCode::too_many, "at most 7"},
    {"StrategyNotSupported", R"("strategy": "fallback")", "/strategy", FieldErrorCode::not_allowed, "all"},
    {"StrategyUnknown", R"("strategy": "any")", "/strategy", FieldErrorCode::not_allowed, "all"},
    {"RecipientOfWrongType", R"("recipient": "ada@example.test")", "/recipient", FieldErrorCode::wrong_type,
     "an object"},
    {"RecipientNull", R"("recipient": null)", "/recipient", FieldErrorCode::wrong_type, "an object"},
    {"RecipientUnknownField", R"("recipient": {"mail": "a"})", "/recipient/mail", FieldErrorCode::unknown_field,
     "email"},
    {"EmptyEmail", R"("recipient": {"email": ""})", "/recipient/email", FieldErrorCode::too_short, "1 to"},
    {"UserType", R"("recipient": {"userType": "alien"})", "/recipient/userType", FieldErrorCode::not_allowed,
     "customer"},
    {"TimeZone", R"("recipient": {"timezone": "Europe Madrid"})", "/recipient/timezone", FieldErrorCode::malformed,
     "IANA"},
    {"Language", R"("recipient": {"language": "e"})", "/recipient/language", FieldErrorCode::malformed, "BCP 47"},
    {"TokenMissing", R"("recipient": {"deviceTokens": [{"platform": "ios"}]})", "/recipient/deviceTokens/0/token",
     FieldErrorCode::required, "text"},
    {"TokenOfWrongType", R"("recipient": {"deviceTokens": ["t"]})", "/recipient/deviceTokens/0",
     FieldErrorCode::wrong_type, "an object"},
    {"Platform", R"("recipient": {"deviceTokens": [{"token": "t", "platform": "palm"}]})",
     "/recipient/deviceTokens/0/platform", FieldErrorCode::not_allowed, "android"},
    {"ContentOfWrongType", R"("content": "hello")", "/content", FieldErrorCode::wrong_type, "an object"},
    {"ContentEmpty", R"("content": {})", "/content", FieldErrorCode::too_few, "subject"},
    {"ContentUnknownField", R"("content": {"subjekt": "s"})", "/content/subjekt", FieldErrorCode::unknown_field,
     "subject"},
    {"ContentFieldOfWrongType", R"("content": {"text": 5})", "/content/text", FieldErrorCode::wrong_type, "a text"},
    {"ContentUnknownChannel", R"("content": {"email": {"text": "t"}, "fax": {"text": "t"}})", "/content/fax",
     FieldErrorCode::unknown_field, "email, sms"},
    {"ContentChannelTwice", R"("content": {"push": {"body": "t"}, "fcm": {"body": "t"}})", "/content/fcm",
     FieldErrorCode::duplicate, "once"},
    {"ContentChannelEmpty", R"("content": {"email": {}})", "/content/email", FieldErrorCode::too_few, "subject"},
    {"SubjectTooLong", "\"content\": {\"text\": \"t\", \"subject\": \"" + std::string(999, 's') + "\"}",
     "/content/subject", FieldErrorCode::too_long, "998"},
    {"TemplateAndContent", R"("template": {"key": "k"})", "/content", FieldErrorCode::conflict, "not both"},
    {"TemplateKeyMissing", R"("template": {})", "/template/key", FieldErrorCode::required, "a-z"},
    {"TemplateKeyForm", R"("template": {"key": "Order Confirmed"})", "/template/key", FieldErrorCode::malformed, "a-z"},
    {"TemplateVersionZero", R"("template": {"key": "k", "version": 0})", "/template/version",
     FieldErrorCode::out_of_range, "from 1"},
    {"TemplateVersionText", R"("template": {"key": "k", "version": "1"})", "/template/version",
     FieldErrorCode::wrong_type, "whole number"},
    {"TemplateVersionHalf", R"("template": {"key": "k", "version": 1.5})", "/template/version",
     FieldErrorCode::wrong_type, "whole number"},
    {"DataOfWrongType", R"("data": [1])", "/data", FieldErrorCode::wrong_type, "an object"},
    {"DataTooDeep", "\"data\": " + kDeep, "/data", FieldErrorCode::too_deep, "at most 32"},
    {"DataTooLarge", "\"data\": {\"a\": \"" + std::string(300000, 'x') + "\"}", "/data", FieldErrorCode::too_large,
     "262144 bytes"},
    {"MetadataTooLarge", "\"metadata\": {\"a\": \"" + std::string(20000, 'x') + "\"}", "/metadata",
     FieldErrorCode::too_large, "16384 bytes"},
    {"Priority", R"("priority": "asap")", "/priority", FieldErrorCode::not_allowed, "critical, high"},
    {"PriorityOfWrongType", R"("priority": 1)", "/priority", FieldErrorCode::wrong_type, "a text"},
    {"SendAtNoOffset", R"("sendAt": "2026-12-01T09:00:00")", "/sendAt", FieldErrorCode::malformed, "RFC 3339"},
    {"SendAtNumber", R"("sendAt": 1764579600)", "/sendAt", FieldErrorCode::wrong_type, "a text"},
    {"DelayMonths", R"("delay": "P1M")", "/delay", FieldErrorCode::malformed, "ISO 8601"},
    {"ExpiresAt", R"("expiresAt": "tomorrow")", "/expiresAt", FieldErrorCode::malformed, "RFC 3339"},
    {"DryRun", R"("dryRun": "yes")", "/dryRun", FieldErrorCode::wrong_type, "true or false"},
    {"AttachmentNoName", R"("attachments": [{"contentType": "text/plain", "base64": ""}])", "/attachments/0/filename",
     FieldErrorCode::required, "text"},
    {"AttachmentMediaType", R"("attachments": [{"filename": "a", "contentType": "pdf", "base64": ""}])",
     "/attachments/0/contentType", FieldErrorCode::malformed, "media type"},
    {"AttachmentBase64", R"("attachments": [{"filename": "a", "contentType": "text/plain", "base64": "a b"}])",
     "/attachments/0/base64", FieldErrorCode::malformed, "RFC 4648"},
    {"AttachmentUnknownField",
     R"("attachments": [{"filename": "a", "contentType": "text/plain", "base64": "", "url": "x"}])",
     "/attachments/0/url", FieldErrorCode::unknown_field, "filename"},
    {"OptionsNoChannel", R"("options": {"telegraph": {}})", "/options/telegraph", FieldErrorCode::unknown_field,
     "email"},
    {"OptionsNull", R"("options": {"email": {"reply_to": null}})", "/options/email/reply_to",
     FieldErrorCode::wrong_type, "a value"},
    {"OptionsHeaderOfWrongType", R"("options": {"email": {"headers": {"X-A": 1}}})", "/options/email/headers/X-A",
     FieldErrorCode::wrong_type, "a text"},
};

void PrintTo(const Wrong& tested, std::ostream* out) { *out << tested.field.substr(0, 100); }

class WrongSend : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSend, NamesFieldValueAndWhatIsAllowed) {
  const auto body = requestWith(GetParam().field);
  const auto parsed = parseSend(body);
  ASSERT_FALSE(parsed.ok()) << body;
  EXPECT_EQ(parsed.error().code, ErrorCode::validation_failed);
  const auto* error = errorAt(parsed.error(), GetParam().pointer);
  ASSERT_NE(error, nullptr) << describe(parsed.error());
  EXPECT_EQ(toText(error->code), toText(GetParam().code)) << describe(parsed.error());
  EXPECT_NE(error->allowed.find(GetParam().allowed), std::string::npos) << error->allowed;
  EXPECT_EQ(parsed.error().errors.size(), 1u) << describe(parsed.error());
  const bool absent = GetParam().code == FieldErrorCode::required || GetParam().pointer == "/recipient/email";
  EXPECT_EQ(error->value.empty(), absent) << error->value;
  EXPECT_LE(error->value.size(), 84u);
}

INSTANTIATE_TEST_SUITE_P(Rest, WrongSend, testing::ValuesIn(kWrong),
                         [](const auto& tested) { return tested.param.name; });

TEST(SendJson, SaysAllErrorsAtOnce) {
  const auto parsed = parseSend(R"({"priority": "asap", "recipient": {"mail": 1}, "sendAt": 5, "kontent": {}})");
  ASSERT_FALSE(parsed.ok());
  for (const auto* pointer : {"/channels", "/priority", "/recipient/mail", "/sendAt", "/content", "/kontent"})
    EXPECT_NE(errorAt(parsed.error(), pointer), nullptr) << pointer << "\n" << describe(parsed.error());
  EXPECT_EQ(parsed.error().detail, "6 fields are not valid");
}

TEST(SendJson, SuggestsTheNearestName) {
  const auto parsed = parseSend(requestWith(R"("priorty": "high")"));
  ASSERT_FALSE(parsed.ok());
  EXPECT_NE(errorAt(parsed.error(), "/priorty")->message.find("did you mean 'priority'"), std::string::npos);
}

TEST(SendJson, BothChannelAndChannelsAreRefused) {
  const auto parsed = parseSend(
      R"({"channel": "email", "channels": ["email"], "recipient": {"email": "a@b.test"}, "content": {"text": "t"}})");
  ASSERT_FALSE(parsed.ok());
  ASSERT_NE(errorAt(parsed.error(), "/channels"), nullptr);
  EXPECT_EQ(errorAt(parsed.error(), "/channels")->code, FieldErrorCode::conflict);
}

TEST(SendJson, AttachmentsHaveALimitTogether) {
  const auto half = toBase64(std::string(6 * 1024 * 1024, 'x'));
  const auto one = R"({"filename": "a", "contentType": "text/plain", "base64": ")" + half + "\"}";
  const auto parsed = parseSend(requestWith("\"attachments\": [" + one + "," + one + "]"));
  ASSERT_FALSE(parsed.ok());
  ASSERT_NE(errorAt(parsed.error(), "/attachments"), nullptr) << describe(parsed.error());
  EXPECT_EQ(errorAt(parsed.error(), "/attachments")->code, FieldErrorCode::too_large);
  EXPECT_TRUE(parseSend(requestWith("\"attachments\": [" + one + "]")).ok());
}

TEST(SendJson, ShortFormNamesItsOwnFields) {
  const auto parsed = parseSend(R"({"recipientUserId": 5, "scheduledAt": "now"})");
  ASSERT_FALSE(parsed.ok());
  for (const auto* pointer : {"/channel", "/recipientUserId", "/body", "/scheduledAt"})
    EXPECT_NE(errorAt(parsed.error(), pointer), nullptr) << pointer << "\n" << describe(parsed.error());
}

TEST(SendJson, PointersOfIntakeAreTurnedToTheClientsForm) {
  Problem problem{ErrorCode::validation_failed, "", {}, 0};
  for (const auto* pointer : {"/channels/0", "/recipient/userId", "/content/subject", "/content", "/sendAt", "/other"})
    problem.errors.push_back({pointer, FieldErrorCode::required, "", "", ""});
  auto brief = problem;
  pointIntoBody(brief, SendForm::brief);
  std::vector<std::string> pointers;
  for (const auto& error : brief.errors) pointers.push_back(error.pointer);
  EXPECT_EQ(pointers,
            (std::vector<std::string>{"/channel", "/recipientUserId", "/subject", "/body", "/scheduledAt", "/other"}));
  pointIntoBody(problem, SendForm::channels);
  EXPECT_EQ(problem.errors[0].pointer, "/channels/0");
}

TEST(SendJson, AnswerHasIdsAndStates) {
  const auto now = *parseRfc3339("2026-12-01T09:00:00Z");
  const Accepted accepted{NotificationId::mint(now),
                          DeliveryState::queued,
                          now,
                          {{DeliveryId::mint(now), Channel::email, DeliveryState::queued}}};
  const auto json = parseJson(sendAnswerJson(accepted));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(asView((*json)["id"]), accepted.id.toString());
  EXPECT_EQ(asView((*json)["status"]), "queued");
  EXPECT_EQ(asView((*json)["acceptedAt"]), "2026-12-01T09:00:00.000000Z");
  EXPECT_EQ(asView((*json)["deliveries"][0]["channel"]), "email");
}

}  // namespace
}  // namespace belfry
