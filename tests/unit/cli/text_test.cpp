// What people read: tables, times, timelines and problems.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/notification_text.h"
#include "cli/problem_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

JsonDocument json(std::string_view text) {
  auto parsed = parseJson(text);
  if (!parsed) throw std::runtime_error(parsed.error().message);
  return std::move(parsed).value();
}

TEST(Table, AlignsColumnsByCharacters) {
  std::ostringstream out;
  TextTable table({"A", "B"});
  table.add({"größer", "1"});
  table.add({"x", "2"});
  table.print(out, " ");
  EXPECT_EQ(out.str(), " A       B\n größer  1\n x       2\n");
}

TEST(Cells, ShowEveryKindOfValue) {
  const auto value = json(
      R"({"t":"x","n":3,"yes":true,"no":false,"null":null,"empty":"","list":["a","b"],"none":[],"o":{"a":1,"b":{"c":2}},)"
      R"("at":"2026-12-01T09:00:00.123456Z"})");
  EXPECT_EQ(cellText(value, "t"), "x");
  EXPECT_EQ(cellText(value, "n"), "3");
  EXPECT_EQ(cellText(value, "yes"), "yes");
  EXPECT_EQ(cellText(value, "no"), "no");
  EXPECT_EQ(cellText(value, "null"), "-");
  EXPECT_EQ(cellText(value, "empty"), "-");
  EXPECT_EQ(cellText(value, "absent"), "-");
  EXPECT_EQ(cellText(value, "list"), "a, b");
  EXPECT_EQ(cellText(value, "none"), "-");
  EXPECT_EQ(cellText(value, "o.b.c"), "2");
  EXPECT_EQ(cellText(value, "t.x"), "-");
  EXPECT_EQ(cellText(value, "o"), "a=1, b=c=2");
  EXPECT_EQ(cellText(value, "at"), "2026-12-01 09:00:00.123");
}

TEST(Cells, CannotSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\x7f"), "a [31mb c ");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "31m"),
            "a 31m");
  EXPECT_EQ(printable("\xff"), "\xEF\xBF\xBD");
}

TEST(NotificationText, ShowsTheTimelineWithTimes) {
  std::ostringstream out;
  printNotification(out, json(R"({"id":"n1","status":"sent","priority":"high","createdAt":"2026-12-01T09:00:00.000000Z",
    "recipient":{"userId":"u","email":"a***@example.test"},"template":{"key":"welcome","version":1,"language":"en"},"metadata":{},
    "deliveries":[{"id":"d1","channel":"email","status":"sent","attempt":1,"provider":"acme-smtp","providerMessageId":null,"error":null,
      "timeline":[{"at":"2026-12-01T09:00:00.000000Z","type":"accepted"},{"at":"2026-12-01T09:00:00.001500Z","type":"queued"},
        {"at":"2026-12-01T09:00:02.001500Z","type":"sending","attempt":1,"provider":"acme-smtp"},
        {"at":"2026-12-01T09:05:02.001500Z","type":"sent","attempt":1,"detail":{"code":"250","simulated":true}}]}]})"));
  EXPECT_EQ(out.str(),
            "notification  n1\n"
            "status        sent\n"
            "priority      high\n"
            "created       2026-12-01 09:00:00.000\n"
            "recipient     userId=u, email=a***@example.test\n"
            "template      key=welcome, version=1, language=en\n"
            "\n"
            "email d1  sent, attempt 1, by acme-smtp\n"
            "  TIME (UTC)               SINCE    EVENT     ATTEMPT  PROVIDER   DETAIL\n"
            "  2026-12-01 09:00:00.000  -        accepted  -        -          -\n"
            "  2026-12-01 09:00:00.001  +1.5 ms  queued    -        -          -\n"
            "  2026-12-01 09:00:02.001  +2.00 s  sending   1        acme-smtp  -\n"
            "  2026-12-01 09:05:02.001  +5 min   sent      1        -          code=250, simulated=yes\n");
}

TEST(NotificationText, BearsAnAnswerWithoutDeliveries) {
  std::ostringstream out;
  printNotification(out, json(R"({"id":"n1"})"));
  printAccepted(out, json("{}"), "accepted");
  EXPECT_THAT(out.str(), HasSubstr("notification  n1\n"));
}

TEST(Problem, NamesEachFieldWithValueAndWhatIsAllowed) {
  const auto text =
      problemText({422,
                   R"({"type":"https://belfry.dev/errors/validation","title":"Invalid request","status":422,
    "code":"validation_failed","detail":"2 fields are not valid","errors":[
      {"pointer":"/recipient/email","code":"not_an_address","message":"is not an e-mail address","value":"nobody","allowed":"an address"},
      {"pointer":"","code":"required","message":"is empty"}],"requestId":"r1"})",
                   "", 0});
  EXPECT_EQ(text,
            "belfry: Invalid request (422 validation_failed): 2 fields are not valid [request r1]\n"
            "  /recipient/email: is not an e-mail address (value: nobody; allowed: an address)\n"
            "  the body: is empty");
}

TEST(Problem, SaysWhenToTryAgain) {
  EXPECT_THAT(problemText({503, R"({"title":"Too busy","code":"overloaded"})", "", 2}),
              HasSubstr("belfry: Too busy (503 overloaded); try again in 2 s"));
}

TEST(Problem, AnAnswerOfAnotherProgramIsRecognised) {
  EXPECT_THAT(problemText({404, "<html>", "", 0}),
              HasSubstr("answered 404 without a problem document; is this the address of a Belfry host?"));
  EXPECT_THAT(problemText({301, "", "https://other/", 0}),
              HasSubstr("pointing to https://other/; give that address as --server"));
  EXPECT_THAT(problemText({400, "[]", "", 0}), Not(HasSubstr("[]")));
}

}  // namespace
}  // namespace belfry::cli
