#include "services/intake/send_rules.h"

#include "fakes.h"

namespace belfry::test {
namespace {

class SendRules : public ::testing::Test {
 protected:
  SendRules() {
    tenant_.row.slug = "acme";
    addProvider(Channel::email);
    command_.channels = {Channel::email};
    command_.request.recipient.email = "ada@example.test";
    command_.request.content[Channel::email] = {{"subject", "Hello"}, {"text", "World"}};
  }

  void addProvider(Channel channel, bool enabled = true) {
    auto instance = std::make_shared<DirectoryInstance>();
    instance->row.channel = channel;
    instance->row.enabled = enabled;
    tenant_.instances.push_back(instance);
  }

  /// Pointers and codes of what is wrong, as "pointer code".
  std::vector<std::string> found() const {
    FieldErrors errors;
    checkChannels(command_, tenant_, errors);
    checkRecipient(command_.request.recipient, errors);
    checkOptions(command_.request, errors);
    checkContent(command_, errors);
    checkTimes(command_, noon(), 24h * 3660, errors);
    std::vector<std::string> all;
    for (const auto& error : errors) {
      all.push_back(error.pointer + " " + std::string(toText(error.code)));
      EXPECT_FALSE(error.message.empty());
      EXPECT_FALSE(error.allowed.empty()) << all.back() << " says what is allowed";
    }
    return all;
  }

  DirectoryTenant tenant_;
  SendCommand command_;
};

TEST_F(SendRules, AGoodMailPasses) {
  command_.request.options[Channel::email] = {{{"from", "Shop <shop@example.test>"}, {"reply_to", "help@example.test"}},
                                              {{"X-Order", "42"}}};
  command_.request.attachments = {{"bill.pdf", "application/pdf", "", "bytes"}};
  command_.send_at = noon() + 1h;
  command_.expires_at = noon() + 2h;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(SendRules, AChannelNeedsAnEnabledProvider) {
  addProvider(Channel::push, false);
  command_.channels = {Channel::email, Channel::push};
  command_.request.recipient.device_tokens = {{"token", Platform::ios}};
  command_.request.content[Channel::push] = {{"title", "Hi"}};
  EXPECT_THAT(found(), ElementsAre("/channels/1 not_found"));
}

TEST_F(SendRules, AChannelNeedsAnAddress) {
  for (auto [channel, pointer] : {std::pair(Channel::email, "/recipient/email required"),
                                  {Channel::sms, "/recipient/phone required"},
                                  {Channel::push, "/recipient/deviceTokens required"},
                                  {Channel::inapp, "/recipient/userId required"}}) {
    if (channel != Channel::email) addProvider(channel);
    command_.channels = {channel};
    command_.request.recipient = {};
    command_.request.content[channel] = {{"text", "x"}, {"title", "x"}};
    EXPECT_THAT(found(), ElementsAre(pointer));
  }
}

TEST_F(SendRules, AddressesMustBeAddressesOnWhateverChannel) {
  command_.request.recipient.phone = "12\n";
  command_.request.recipient.email = "ada";
  EXPECT_THAT(found(), ElementsAre("/recipient/email not_an_address", "/recipient/phone header_injection"));
}

TEST_F(SendRules, LineBreaksAreHeaderInjection) {
  auto& request = command_.request;
  request.recipient.email = "ada@example.test\r\nBcc: eve@example.test";
  request.recipient.name = "Ada\nBcc: eve@example.test";
  request.content[Channel::email] = {{"subject", "Hello\r\nBcc: eve@example.test"}, {"text", "two\nlines are fine"}};
  request.options[Channel::email] = {{{"from", "a@b.test\r\nX: y"}}, {{"X-Order", "42\r\nBcc: eve@example.test"}}};
  request.attachments = {{"bill\r\n.pdf", "text/plain\n", "id\n", "bytes"}};
  EXPECT_THAT(found(),
              ElementsAre("/recipient/email header_injection", "/recipient/name header_injection",
                          "/options/email/from header_injection", "/options/email/headers/X-Order header_injection",
                          "/attachments/0/filename header_injection", "/attachments/0/contentType header_injection",
                          "/attachments/0/contentId header_injection", "/content/subject header_injection"));
}

TEST_F(SendRules, SendersMustBeMailboxes) {
  for (const char* good :
       {"shop@example.test", "Shop <shop@example.test>", "<shop@example.test>", "\"Shop, Inc\" <shop@example.test>"}) {
    command_.request.options[Channel::email].options = {{"from", good}};
    EXPECT_THAT(found(), IsEmpty()) << good;
  }
  for (const char* bad :
       {"", "shop", "Shop <shop>", "Shop shop@example.test", "<>", "shop@example.test>", "Shop <shop@example.test"}) {
    command_.request.options[Channel::email].options = {{"reply_to", bad}};
    EXPECT_THAT(found(), ElementsAre("/options/email/replyTo not_an_address")) << bad;
  }
}

TEST_F(SendRules, HeadersThatTheHostWritesAreRefused) {
  for (const char* name : {"From", "to", "BCC", "Subject", "message-id", "Content-Type", "Return-Path", "Date"}) {
    command_.request.options[Channel::email].headers = {{name, "x"}};
    EXPECT_THAT(found(), ElementsAre("/options/email/headers/" + std::string(name) + " not_allowed"));
  }
  for (const char* name : {"", "X Y", "X:Y", "Ünicode", "X\r\n"}) {
    command_.request.options[Channel::email].headers = {{name, "x"}};
    EXPECT_THAT(found(), ElementsAre("/options/email/headers/" + std::string(name) + " malformed"));
  }
  command_.request.options[Channel::email].headers = {{"a/b~c d", "x"}};
  EXPECT_THAT(found(), ElementsAre("/options/email/headers/a~1b~0c d malformed")) << "RFC 6901";
}

TEST_F(SendRules, WithoutATemplateEachChannelNeedsContent) {
  command_.request.content.clear();
  EXPECT_THAT(found(), ElementsAre("/content required"));
  command_.request.content[Channel::email] = {{"subject", "a subject alone"}};
  EXPECT_THAT(found(), ElementsAre("/content required"));
  command_.request.content[Channel::email] = {{"html", "<p>enough</p>"}};
  EXPECT_THAT(found(), IsEmpty());
  command_.request.content.clear();
  command_.request.template_ref = TemplateRef{"hello", 0, ""};
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(SendRules, TimesMustAgree) {
  auto at = [&](std::optional<TimePoint> send_at, std::optional<Duration> delay, std::optional<TimePoint> expires_at) {
    command_.send_at = send_at;
    command_.delay = delay;
    command_.expires_at = expires_at;
    return found();
  };
  const auto now = noon();
  EXPECT_THAT(at({}, Duration(5min), now + 6min), IsEmpty());
  EXPECT_THAT(at(now - 59s, {}, {}), IsEmpty()) << "clocks differ";
  EXPECT_THAT(at(now - 61s, {}, {}), ElementsAre("/sendAt in_the_past"));
  EXPECT_THAT(at(now + 1h, Duration(1h), {}), ElementsAre("/delay conflict"));
  EXPECT_THAT(at(now + 24h * 3661, {}, {}), ElementsAre("/sendAt out_of_range"));
  EXPECT_THAT(at({}, Duration(24h * 3661), {}), ElementsAre("/delay out_of_range"));
  EXPECT_THAT(at({}, {}, now), ElementsAre("/expiresAt out_of_range"));
  EXPECT_THAT(at(now + 2h, {}, now + 1h), ElementsAre("/expiresAt out_of_range"));
  EXPECT_THAT(at({}, Duration(2h), now + 2h), ElementsAre("/expiresAt out_of_range"));
  EXPECT_THAT(at({}, {}, now + 24h * 3661), ElementsAre("/expiresAt out_of_range"));
}

TEST_F(SendRules, ATemplateNeedsContentAndItsVariables) {
  ResolvedTemplate found;
  found.key = "order";
  found.version.version = 4;
  found.version.content[Channel::email] = {{"text", "x"}};
  found.version.required = {"name", "order.id", "a/b"};
  command_.channels = {Channel::email, Channel::sms};
  command_.request.data_json = R"({"name":"Ada","order":{}})";
  FieldErrors errors;
  checkTemplate(command_, found, errors);
  ASSERT_THAT(errors, SizeIs(3));
  EXPECT_EQ(errors[0].pointer, "/template/key");
  EXPECT_EQ(errors[0].code, FieldErrorCode::not_found);
  EXPECT_THAT(errors[0].message, HasSubstr("template 'order' version 4 has no content for channel sms"));
  EXPECT_EQ(errors[1].pointer, "/data/order/id");
  EXPECT_EQ(errors[1].code, FieldErrorCode::missing_variable);
  EXPECT_EQ(errors[2].pointer, "/data/a~1b");
}

}  // namespace
}  // namespace belfry::test
