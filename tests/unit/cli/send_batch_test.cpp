// `belfry send --batch` against a scripted host: what is asked in which order, and how a break is mended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/commands/batch_file.h"
#include "cli/failures.h"
#include "command_run.h"
#include "kit/json.h"
#include "scripted_host.h"
#include "support/child_process.h"

namespace belfry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const ScriptedAnswer kBegun{202, R"({"batchId":"0193","batchToken":"secret","chunkIndex":0,"rejected":[]})"};
const ScriptedAnswer kTaken{202, R"({"batchId":"0193","rejected":[{"index":2,"pointer":"/notifications/2/to",)"
                                 R"("code":"unknown_field","message":"there is no field"}]})"};

ScriptedAnswer batchWith(int rejected) {
  return {200, R"({"batchId":"0193","status":"closed","totalProcessed":2500,"totalRejected":)" +
                   std::to_string(rejected) + "}"};
}

class SendBatch : public ::testing::Test {
 protected:
  void write(int count) {
    std::ofstream out(file_);
    for (int i = 0; i < count; ++i) out << R"({"n":)" << i << "}\n";
  }
  CommandRun run(const ScriptedHost& host, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"send",     "--batch", file_.string(), "--server",
                                      host.url(), "--key",   "bk_test_1.s"};
    words.insert(words.end(), more.begin(), more.end());
    return runCommand(words);
  }
  bool remembered() const { return std::filesystem::exists(file_.string() + ".batch"); }

  const belfry::test::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "mails.ndjson";
};

/// Index and number of items of a chunk's body.
std::string shapeOf(const AskedRequest& asked) {
  const auto json = parseJson(asked.body);
  if (!json) return "no JSON";
  const auto index = json->HasMember("chunkIndex") ? std::to_string((*json)["chunkIndex"].GetInt()) : "-";
  return index + " " + std::to_string((*json)["notifications"].Size());
}

TEST_F(SendBatch, SendsChunksOfAThousandAndShowsTheBatch) {
  write(2500);
  const ScriptedHost host({kBegun, {202, kBegun.body}, {202, kBegun.body}, batchWith(0)});
  const auto done = run(host);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("2500"));
  const auto asked = host.asked();
  ASSERT_THAT(asked, SizeIs(4));
  EXPECT_EQ(asked[0].line, "POST /api/v1/services/notifications/send-batch HTTP/1.1");
  EXPECT_THAT(asked[0].headers.at("idempotency-key"), HasSubstr("belfry-batch-"));
  EXPECT_THAT(asked[0].body, HasSubstr(R"({"totalExpected":2500,"notifications":[{"n":0},{"n":1},)"));
  EXPECT_EQ(asked[1].line, "POST /api/v1/services/notifications/send-chunk HTTP/1.1");
  EXPECT_THAT(asked[1].body, HasSubstr(R"({"batchId":"0193","batchToken":"secret","chunkIndex":1,)"));
  EXPECT_EQ(shapeOf(asked[0]) + ", " + shapeOf(asked[1]) + ", " + shapeOf(asked[2]), "- 1000, 1 1000, 2 500");
  EXPECT_EQ(asked[3].line, "GET /api/v1/services/notifications/batches/0193 HTTP/1.1");
  EXPECT_FALSE(remembered()) << "all of it is sent";
}

TEST_F(SendBatch, GoesOnAfterABreakWithTheChunkThatHadNoAnswer) {
  write(2500);
  std::string key;
  {
    const ScriptedHost host({{503, R"({"code":"overloaded"})"}});
    EXPECT_EQ(run(host).status, 1);
    key = host.asked().at(0).headers.at("idempotency-key");
    EXPECT_TRUE(remembered());
  }
  {
    const ScriptedHost host({kBegun, {503, R"({"code":"overloaded"})"}});
    EXPECT_EQ(run(host).status, 1);
    EXPECT_EQ(host.asked().at(0).headers.at("idempotency-key"), key) << "the same batch, not a second one";
    EXPECT_EQ(shapeOf(host.asked().at(1)), "1 1000");
  }
  const ScriptedHost host({{202, kBegun.body}, {202, kBegun.body}, batchWith(0)});
  const auto done = run(host);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("going on with batch 0193 at item 1000"));
  ASSERT_THAT(host.asked(), SizeIs(3));
  EXPECT_EQ(shapeOf(host.asked()[0]), "1 1000");
  EXPECT_EQ(shapeOf(host.asked()[1]), "2 500");
  EXPECT_FALSE(remembered());
}

TEST_F(SendBatch, AFileThatChangedIsNotMixedIntoItsBatch) {
  write(1500);
  {
    const ScriptedHost host({kBegun, {503, "{}"}});
    EXPECT_EQ(run(host).status, 1);
  }
  write(1501);
  const ScriptedHost host({kBegun});
  const auto refused = run(host);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("has changed"));
  EXPECT_THAT(refused.err, HasSubstr("mails.ndjson.batch"));
  EXPECT_THAT(host.asked(), SizeIs(0));
}

TEST_F(SendBatch, TellsWhatWasRejectedByItsPlaceInTheFileAndFails) {
  write(1500);
  const ScriptedHost host({kBegun, kTaken, batchWith(1)});
  const auto done = run(host);
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("rejected: item 1002: /notifications/2/to there is no field"));
  EXPECT_THAT(done.err, HasSubstr("1 of 1500 notifications were rejected"));
}

TEST_F(SendBatch, ExcludesWhatSaysWhatASingleSendIs) {
  write(1);
  const ScriptedHost host({kBegun});
  const auto refused = run(host, {"--channel", "email"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--channel"));
  EXPECT_THAT(host.asked(), SizeIs(0));
}

TEST(BatchItems, AreLinesOrAnArray) {
  EXPECT_THAT(batchItems("{\"a\":1}\n\n {\"b\":[1, 2]} \r\n"), ElementsAre("{\"a\":1}", " {\"b\":[1, 2]} \r"));
  EXPECT_THAT(batchItems(" [ {\"a\": 1},\n{\"b\":2} ]"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  const auto problem = [](const std::string& text) {
    try {
      batchItems(text);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  EXPECT_THAT(problem("{}\n{\"a\":}\n"), HasSubstr("line 2"));
  EXPECT_THAT(problem("{}\n7\n"), HasSubstr("line 2: is no object"));
  EXPECT_THAT(problem("[{}, 7]"), HasSubstr("item 1: is no object"));
  EXPECT_THAT(problem("[{},\n{]"), HasSubstr("line 2, column"));
  EXPECT_THAT(problem(" \n"), HasSubstr("holds no notification"));
  EXPECT_THAT(problem("[]"), HasSubstr("holds no notification"));
}

}  // namespace
}  // namespace belfry::cli
