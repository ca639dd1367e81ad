// plugins.lock: what is wrong is said with file and line, and nothing of a broken file is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "adapters/plugins/plugin_lock.h"
#include "support/child_process.h"

namespace belfry::test {
namespace {

using plugins::readLock;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kHash(64, 'a');

class Lock : public ::testing::Test {
 protected:
  Result<std::vector<plugins::LockedPlugin>, std::string> read(const std::string& text) {
    std::ofstream(file_, std::ios::trunc) << text;
    return readLock(file_);
  }
  std::string fault(const std::string& text) {
    auto lock = read(text);
    return lock ? "none" : lock.error();
  }
  static std::string entry(const std::string& hash = kHash, const std::string& more = "") {
    return "  - id: one\n    version: \"1.0.0\"\n    file: one.so\n    sha256: " + hash + "\n" + more;
  }

  TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "plugins.lock";
};

TEST_F(Lock, PathsAreRelativeToTheFile) {
  auto lock = read("plugins:\n" + entry() + "  - {id: two, version: 2.0.0, file: /opt/two.so, sha256: " + kHash +
                   ", in_process: false}\n");
  ASSERT_TRUE(lock) << lock.error();
  ASSERT_EQ(lock->size(), 2u);
  EXPECT_EQ((*lock)[0].id, "one");
  EXPECT_EQ((*lock)[0].version, "1.0.0");
  EXPECT_EQ((*lock)[0].file, directory_.path() / "one.so");
  EXPECT_EQ((*lock)[0].sha256, kHash);
  EXPECT_TRUE((*lock)[0].in_process);
  EXPECT_EQ((*lock)[1].file, "/opt/two.so");
  EXPECT_FALSE((*lock)[1].in_process);
}

TEST_F(Lock, AnEmptyListIsFine) {
  auto lock = read("plugins: []\n");
  ASSERT_TRUE(lock) << lock.error();
  EXPECT_TRUE(lock->empty());
}

TEST_F(Lock, FaultsNameFileLineAndWhatIsAllowed) {
  EXPECT_THAT(fault(""), EndsWith("plugins.lock: 'plugins' must be a list"));
  EXPECT_THAT(fault("[1, 2]"), HasSubstr("'plugins' must be a list"));
  EXPECT_THAT(fault("plugins: 7"), HasSubstr("'plugins' must be a list"));
  EXPECT_THAT(fault("plugins:\n  - just text\n"),
              HasSubstr("plugins.lock:2: an entry needs id, version, file and sha256"));
  EXPECT_THAT(fault("plugins:\n  - {id: one, version: 1.0.0, file: one.so}\n"),
              HasSubstr(":2: an entry needs id, version, file and sha256"));
  EXPECT_THAT(fault("plugins:\n" + entry(std::string(63, 'a'))), HasSubstr(":5: sha256 of 'one' is 'aaa"));
  EXPECT_THAT(fault("plugins:\n" + entry(std::string(64, 'A'))), HasSubstr("allowed are 64 lower-case hex digits"));
  EXPECT_THAT(fault("plugins:\n" + entry(kHash, "    sha512: b\n")),
              HasSubstr("unknown key 'sha512', allowed are id, version, file, sha256, in_process"));
  EXPECT_THAT(fault("plugins:\n" + entry(kHash, "    in_process: perhaps\n")), HasSubstr("plugins.lock:6"));
  EXPECT_THAT(fault("plugins:\n" + entry() + entry()), HasSubstr(":6: 'one' stands twice with version '1.0.0'"));
  EXPECT_THAT(fault("plugins:\n  - {id: [1], version: 1, file: a, sha256: b}\n"),
              HasSubstr("plugins.lock:2: bad conversion"));
  EXPECT_THAT(fault("plugins: [}"), HasSubstr("plugins.lock:1"));
}

TEST_F(Lock, AFileThatIsNotThereIsAFault) {
  auto lock = readLock(directory_.path() / "absent.lock");
  ASSERT_FALSE(lock);
  EXPECT_THAT(lock.error(), HasSubstr("absent.lock: bad file"));
}

}  // namespace
}  // namespace belfry::test
