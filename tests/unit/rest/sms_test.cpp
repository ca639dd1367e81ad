// services/sms/preview.
#include "api/rest/sms_operations.h"
#include "unit/rest/rest_fixture.h"

namespace belfry::test {
namespace {

class OneNumber final : public PhoneNumbers {
 public:
  Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view region) const override {
    if (text == "600 000 001" && region == "ES") return PhoneNumber{"+34600000001", "ES", "mobile"};
    return failure(NotANumber{"is too short", "a number of " + std::string(region)});
  }
};

class SmsApiTest : public RestFixture {
 protected:
  SmsApiTest() {
    Router router;
    addSmsOperations(router, numbers_, "ES");
    start(std::move(router));
  }
  HttpResponse preview(const std::string& body, const char* credential = "acme/notification-service") {
    return ask(with(request("POST", "/api/v1/services/sms/preview", body), "X-API-Key", credential));
  }
  OneNumber numbers_;
};

TEST_F(SmsApiTest, SaysHowTheTextIsCut) {
  EXPECT_EQ(preview(R"({"text":"Hello"})").body,
            R"({"encoding":"GSM-7","segments":1,"units":5,"parts":[{"text":"Hello","units":5}],"to":null})");
  const auto two = preview(R"({"text":")" + std::string(161, 'a') + R"("})");
  EXPECT_NE(two.body.find(R"("segments":2,"units":161)"), std::string::npos) << two.body;
  EXPECT_NE(preview("{\"text\":\"\xE2\x9C\x93\"}").body.find(R"("encoding":"UCS-2")"), std::string::npos);
}

TEST_F(SmsApiTest, SaysWhatTheNumberIs) {
  EXPECT_NE(preview(R"({"text":"x","to":"600 000 001"})")
                .body.find(R"("to":{"e164":"+34600000001","region":"ES","type":"mobile"})"),
            std::string::npos);
  const auto refused = preview(R"({"text":"x","to":"12"})");
  EXPECT_EQ(refused.status, 422);
  for (const char* word : {R"("pointer":"/to")", R"("code":"not_a_number")", R"("value":"12")", "a number of ES"})
    EXPECT_NE(refused.body.find(word), std::string::npos) << refused.body;
}

TEST_F(SmsApiTest, WrongBodiesAndCallersAreRefused) {
  EXPECT_EQ(preview("{}").status, 422);
  EXPECT_EQ(preview(R"({"text":1})").status, 422);
  EXPECT_EQ(preview(R"({"text":"x","from":"y"})").status, 422);
  EXPECT_EQ(preview(R"({"text":"x"})", "acme/notification-viewer").status, 403);
}

}  // namespace
}  // namespace belfry::test
