// How a command line is taken apart, and what is said when it is wrong.
#include "cli/invocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/failures.h"

namespace belfry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Command sample() {
  return {.name = "sample",
          .summary = "A sample",
          .operands = {{"ID", "the sample's id"}},
          .options = {{"size", "N", "How large"}, {"color", "WORD", "Which", true}, {"quick", "", "Do not think"}}};
}

Invocation parsed(const std::vector<std::string>& words) { return parseInvocation(sample(), words); }

std::string refusal(const std::vector<std::string>& words) {
  try {
    parsed(words);
    return "accepted";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(Arguments, MayStandInAnyOrderAndForm) {
  const auto line = parsed({"--size=3", "id-1", "--quick", "--color", "red"});
  EXPECT_EQ(line.operand(0), "id-1");
  EXPECT_EQ(line.integer("size", 1, 9), 3);
  EXPECT_TRUE(line.has("quick"));
  EXPECT_EQ(line.find("color"), "red");
  EXPECT_FALSE(line.has("json"));
}

TEST(Arguments, BehindTwoDashesAreOperands) { EXPECT_EQ(parsed({"--", "--size"}).operand(0), "--size"); }

TEST(Arguments, ASingleDashIsAnOperand) { EXPECT_EQ(parsed({"-"}).operand(0), "-"); }

TEST(Arguments, AValueMayBeginWithDashesOrHoldEquals) {
  EXPECT_EQ(parsed({"x", "--color", "--red"}).find("color"), "--red");
  EXPECT_EQ(parsed({"x", "--color=a=b"}).find("color"), "a=b");
  EXPECT_EQ(parsed({"x", "--color="}).find("color"), "");
}

TEST(Arguments, RepeatableOptionsKeepTheirOrderAndCommasSeparateWords) {
  const auto line = parsed({"x", "--color", "red,green", "--color", "blue"});
  EXPECT_THAT(line.all("color"), ElementsAre("red,green", "blue"));
  EXPECT_THAT(line.words("color"), ElementsAre("red", "green", "blue"));
}

TEST(Arguments, GeneralOptionsBelongToEveryCommand) {
  const auto line = parsed({"x", "--server", "http://h", "--key", "k", "--tenant", "acme", "--json"});
  EXPECT_EQ(line.find("server"), "http://h");
  EXPECT_TRUE(line.has("json"));
}

TEST(Arguments, HelpNeedsNoOperand) {
  EXPECT_TRUE(parsed({"--help"}).has("help"));
  EXPECT_TRUE(parsed({"-h"}).has("help"));
}

TEST(WrongArguments, AreNamedWithWhatIsAllowed) {
  EXPECT_THAT(refusal({"x", "--colour", "red"}),
              HasSubstr("'--colour' is no option of `belfry sample`; allowed: --size, --color"));
  EXPECT_THAT(refusal({"x", "-q"}), HasSubstr("'-q' is no option"));
  EXPECT_EQ(refusal({"x", "--size"}), "--size: its value N is missing");
  EXPECT_EQ(refusal({"x", "--quick=yes"}), "--quick: takes no value, but 'yes' is given");
  EXPECT_EQ(refusal({"x", "--size", "1", "--size", "2"}), "--size: is given twice; allowed: once");
  EXPECT_EQ(refusal({}), "ID is missing: the sample's id");
  EXPECT_EQ(refusal({"x", "y"}), "unexpected argument 'y'; allowed: ID");
}

TEST(WrongArguments, AnIntegerIsCheckedWholly) {
  for (const std::string wrong : {"", "x", "3x", "0", "10", "1.5", "99999999999999999999"}) {
    const auto line = parsed({"x", "--size=" + wrong});
    try {
      line.integer("size", 1, 9);
      FAIL() << wrong << " was accepted";
    } catch (const UsageError& error) {
      EXPECT_EQ(error.what(), "--size: '" + wrong + "' is not allowed; allowed: an integer from 1 to 9");
    }
  }
}

TEST(LeadingOptions, AreCountedWithTheirValues) {
  EXPECT_EQ(countLeadingOptions({"send"}), 0u);
  EXPECT_EQ(countLeadingOptions({"--server", "u", "--json", "send", "--wait"}), 3u);
  EXPECT_EQ(countLeadingOptions({"--server=u", "send"}), 1u);
  EXPECT_EQ(countLeadingOptions({"--wait", "send"}), 0u);
  EXPECT_EQ(countLeadingOptions({"--server"}), 1u);
}

}  // namespace
}  // namespace belfry::cli
