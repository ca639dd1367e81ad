// Help, dispatch and the reference page: all come from the command table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/command_table.h"
#include "cli/invocation.h"
#include "command_run.h"
#include "support/child_process.h"

namespace belfry::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> wordsOf(std::string_view name) {
  std::vector<std::string> words;
  for (std::istringstream stream{std::string(name)}; !stream.eof();) stream >> words.emplace_back();
  return words;
}

TEST(Help, IsThereForEveryCommand) {
  for (const auto& command : allCommands()) {
    auto words = wordsOf(command.name);
    words.push_back("--help");
    const auto run = runCommand(words);
    EXPECT_EQ(run.status, 0) << command.name;
    EXPECT_THAT(run.out, HasSubstr("usage: belfry " + std::string(command.name))) << command.name;
    for (const auto* specs : {&command.options, &generalOptions()}) {
      for (const auto& option : *specs)
        EXPECT_THAT(run.out, HasSubstr("--" + std::string(option.name))) << command.name;
    }
    words.pop_back();
    words.insert(words.begin(), "help");
    EXPECT_EQ(runCommand(words).out, run.out) << command.name;
  }
}

TEST(Table, IsInOrder) {
  for (const auto& command : allCommands()) {
    EXPECT_TRUE(command.run) << command.name;
    EXPECT_FALSE(command.summary.empty() || command.summary.ends_with('.')) << command.name;
    EXPECT_THAT(command.examples, Not(IsEmpty())) << command.name;
    for (const auto& option : command.options) {
      EXPECT_FALSE(option.doc.empty() || option.doc.ends_with('.')) << command.name << " --" << option.name;
      for (const auto& general : generalOptions()) EXPECT_NE(option.name, general.name) << command.name;
    }
  }
}

/// Splits an example as a shell does, as far as the examples go: blanks and single quotes.
std::vector<std::string> shellWords(std::string_view line) {
  std::vector<std::string> words(1);
  for (bool quoted = false; const char c : line) {
    if (c == '\'') quoted = !quoted;
    else if (c == ' ' && !quoted) words.emplace_back();
    else words.back() += c;
  }
  return words;
}

TEST(Examples, AreCommandLinesThatParse) {
  for (const auto& command : allCommands()) {
    for (const auto example : command.examples) {
      auto words = shellWords(example);
      ASSERT_EQ(words[0], "belfry") << example;
      words.erase(words.begin());
      const auto found = findCommand(words);
      ASSERT_EQ(found.command, &command) << example;
      words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(found.words));
      EXPECT_NO_THROW(parseInvocation(command, words)) << example;
    }
  }
}

TEST(ReferencePage, IsCurrent) {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  const auto page = test::readFile(std::filesystem::path(source) / "docs/reference/cli.md");
  EXPECT_EQ(page, runCommand({"help", "--markdown"}).out)
      << "write it anew: belfry help --markdown > docs/reference/cli.md";
}

TEST(Dispatch, WrongUsageIsStatusTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "usage: belfry COMMAND"},
      {{"bogus"}, "there is no command 'bogus'; allowed: send, batch, explain, notification, schedule, render"},
      {{"notification"}, "`belfry notification` needs a command; allowed: show, list, cancel, reschedule"},
      {{"notification", "bogus"},
       "there is no command `belfry notification bogus`; allowed: show, list, cancel, reschedule"},
      {{"--bogus"}, "usage: belfry COMMAND"},
      {{"tenant", "list", "--bogus"}, "'--bogus' is no option of `belfry tenant list`"},
      {{"tenant", "show"}, "SLUG is missing"},
      {{"key", "create", "--name", "x"}, "--role is missing"},
      {{"render", "--template", "t"}, "--data is missing"},
      {{"migrate", "up", "--target", "x"}, "--target: 'x' is not allowed; allowed: an integer from 1 to 999"},
  };
  for (const auto& [words, message] : cases) {
    const auto run = runCommand(words);
    EXPECT_EQ(run.status, 2) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
    EXPECT_EQ(run.out, "") << message;
  }
}

TEST(Dispatch, GeneralOptionsMayStandBeforeTheCommand) {
  const auto run = runCommand({"--server", "ftp://x", "--json", "tenant", "list"});
  EXPECT_THAT(run.err, HasSubstr("--server: 'ftp://x' is no address"));
  EXPECT_EQ(runCommand({"--help"}).status, 0);
  EXPECT_THAT(runCommand({"--help", "send"}).out, HasSubstr("usage: belfry send"));
  EXPECT_THAT(runCommand({"tenant", "--help"}).out, HasSubstr("tenant create"));
  EXPECT_THAT(runCommand({"--version"}).out, HasSubstr("belfry "));
}

TEST(Dispatch, AStreamThatCannotBeWrittenIsAFailure) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Console console(in, out, err, [](const char*) { return std::nullopt; });
  EXPECT_EQ(runBelfry({"--version"}, console), 1);
  EXPECT_EQ(err.str(), "belfry: cannot write to standard output\n");
}

}  // namespace
}  // namespace belfry::cli
