// `belfry render` as it is built, with the plugin that lies beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/child_process.h"

namespace belfry::cli {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class Render : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = directory_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  void render(std::vector<std::string> more) {
    const char* build = std::getenv("BELFRY_BUILD_DIR");
    ASSERT_NE(build, nullptr);
    std::vector<std::string> args = {std::string(build) + "/bin/belfry", "render", "--engine", "mustache"};
    args.insert(args.end(), more.begin(), more.end());
    test::ChildProcess program({.args = args, .working_dir = directory_.path()});
    const auto ended = program.waitForExit(seconds(60));
    ASSERT_TRUE(ended) << program.output();
    status_ = ended->code;
    out_ = program.standardOutput();
    err_ = program.standardError();
  }

  test::TemporaryDirectory directory_;
  int status_ = -1;
  std::string out_;
  std::string err_;
};

TEST_F(Render, WritesExactlyTheRenderedBytes) {
  write("t", "Hello {{name}}\r\n{{{raw}}}\xC3\xBC\n\n");
  write("d", R"({"name":"<Ada>","raw":"&"})");
  render({"--template", "t", "--data", "d"});
  EXPECT_EQ(status_, 0) << err_;
  EXPECT_EQ(out_, "Hello &lt;Ada&gt;\r\n&\xC3\xBC\n\n");
  EXPECT_EQ(err_, "");
}

TEST_F(Render, TakesPartialsFromADirectory) {
  write("t", "[{{>a}}|{{>sub/b}}|{{>absent}}|{{>*which}}]");
  write("d", R"({"x":1,"which":"a"})");
  write("p/a.mustache", "A{{x}}{{>sub/b}}");
  write("p/sub/b.mustache", "B");
  write("p/notes.txt", "{{#broken");
  render({"--template", "t", "--data", "d", "--partials", "p"});
  EXPECT_EQ(status_, 0) << err_;
  EXPECT_EQ(out_, "[A1B|B||A1B]");
}

TEST_F(Render, TakesAnyJsonValueAsData) {
  write("t", "{{.}}{{#.}}!{{/.}}");
  for (const auto& [data, expected] : {std::pair("\"x\"", "x!"), std::pair("3", "3!"), std::pair("false", "false")}) {
    write("d", data);
    render({"--template", "t", "--data", "d"});
    EXPECT_EQ(status_, 0) << data << err_;
    EXPECT_EQ(out_, expected) << data;
  }
}

TEST_F(Render, NamesThePlaceOfAnError) {
  write("t", "line\n  {{#open}}");
  write("d", "{}");
  render({"--template", "t", "--data", "d"});
  EXPECT_EQ(status_, 1);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, StartsWith("belfry: t:2:3: "));
}

TEST_F(Render, NamesThePlaceOfBadData) {
  write("t", "{{x}}");
  write("d", "{\n \"x\": nope}");
  render({"--template", "t", "--data", "d"});
  EXPECT_EQ(status_, 1);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, StartsWith("belfry: d:2:"));
}

TEST_F(Render, SaysWhichEnginesThereAre) {
  write("t", "");
  write("d", "{}");
  const char* build = std::getenv("BELFRY_BUILD_DIR");
  ASSERT_NE(build, nullptr);
  test::ChildProcess program(
      {.args = {std::string(build) + "/bin/belfry", "render", "--engine", "none", "--template", "t", "--data", "d"},
       .working_dir = directory_.path()});
  EXPECT_EQ(program.waitForExit(seconds(60))->code, 1);
  EXPECT_THAT(program.standardError(), HasSubstr("--engine: there is no template engine 'none'; allowed: mustache"));
}

TEST_F(Render, FailsWhenAFileIsMissing) {
  write("t", "");
  render({"--template", "t", "--data", "absent"});
  EXPECT_EQ(status_, 1);
  EXPECT_EQ(err_, "belfry: --data: cannot read 'absent': No such file or directory\n");
  render({"--template", "t", "--data", "t", "--partials", "nowhere"});
  EXPECT_EQ(status_, 1);
  EXPECT_THAT(err_, HasSubstr("--partials: cannot read 'nowhere'"));
}

}  // namespace
}  // namespace belfry::cli
