#include "adapters/postgres/master_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "support/child_process.h"

namespace belfry::pg::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kVariable = "BELFRY_TEST_MASTER_KEY";
const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string kBase64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

Key256 counting() {
  Key256 key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

class MasterKeyTest : public ::testing::Test {
 protected:
  ~MasterKeyTest() override { ::unsetenv(kVariable); }

  MasterKeySettings settings(bool create = false) const {
    return {.environment = kVariable, .file = file(), .create_if_missing = create};
  }
  fs::path file() const { return dir_.path() / "master.key"; }
  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(file(), std::ios::trunc) << text;
    ::chmod(file().c_str(), mode);
  }
  std::string errorText(const MasterKeySettings& with) const {
    try {
      loadMasterKey(with);
    } catch (const MasterKeyError& error) {
      return error.what();
    }
    ADD_FAILURE() << "no MasterKeyError was thrown";
    return "";
  }

  belfry::test::TemporaryDirectory dir_;
};

TEST_F(MasterKeyTest, EnvironmentInHexOrBase64) {
  for (const std::string& text : {kHex, kBase64, kHex + "\n"}) {
    ::setenv(kVariable, text.c_str(), 1);
    EXPECT_EQ(loadMasterKey(settings()), counting());
  }
}

TEST_F(MasterKeyTest, EnvironmentWinsOverTheFile) {
  write(std::string(64, 'f'));
  ::setenv(kVariable, kHex.c_str(), 1);
  EXPECT_EQ(loadMasterKey(settings()), counting());
}

TEST_F(MasterKeyTest, FileInHexOrBase64) {
  for (const std::string& text : {kHex, kBase64 + "\n", kHex + "\r\n"}) {
    write(text);
    EXPECT_EQ(loadMasterKey(settings()), counting());
  }
  write(kHex, 0400);
  EXPECT_EQ(loadMasterKey(settings()), counting());
}

TEST_F(MasterKeyTest, BadTextIsRefusedAndNotQuoted) {
  for (const std::string& text : {std::string("hunter2"), kHex + "00", std::string(64, 'z'), kBase64.substr(4)}) {
    ::setenv(kVariable, text.c_str(), 1);
    EXPECT_THAT(errorText(settings()),
                HasSubstr(std::string(kVariable) + " holds no key; allowed: 32 bytes as 64 hex"));
    EXPECT_THAT(errorText(settings()), Not(HasSubstr(text)));
    ::unsetenv(kVariable);
    write(text);
    EXPECT_THAT(errorText(settings()), HasSubstr("master.key: holds"));
    EXPECT_THAT(errorText(settings()), Not(HasSubstr(text)));
  }
  write("");
  EXPECT_THAT(errorText(settings()), HasSubstr("holds 0 bytes"));
}

TEST_F(MasterKeyTest, AFileThatOthersCanReadIsRefused) {
  for (const mode_t mode : {0640, 0604, 0644, 0620}) {
    write(kHex, mode);
    EXPECT_THAT(errorText(settings()), HasSubstr("allowed: 0600 or 0400")) << mode;
  }
}

TEST_F(MasterKeyTest, AFolderIsNoKeyFile) {
  fs::create_directory(file());
  fs::permissions(file(), fs::perms::owner_all);
  EXPECT_THAT(errorText(settings()), HasSubstr("is no regular file"));
}

TEST_F(MasterKeyTest, NothingGivenIsNamed) {
  EXPECT_THAT(errorText({.environment = kVariable}), HasSubstr(std::string("set ") + kVariable));
  EXPECT_THAT(errorText(settings()), HasSubstr("master.key: is not there"));
}

TEST_F(MasterKeyTest, CreatesOneOnceWithMode0600) {
  const Key256 made = loadMasterKey(settings(true));
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(loadMasterKey(settings(true)), made);
  EXPECT_EQ(loadMasterKey(settings(false)), made);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 1)
      << "nothing else is left there";
}

TEST_F(MasterKeyTest, HostsThatStartTogetherAgree) {
  std::vector<Key256> keys(8);
  std::vector<std::thread> hosts;
  for (Key256& key : keys) hosts.emplace_back([&] { key = loadMasterKey(settings(true)); });
  for (std::thread& host : hosts) host.join();
  EXPECT_THAT(keys, ::testing::Each(keys.front()));
}

TEST_F(MasterKeyTest, AFolderThatIsNotThereIsNamed) {
  auto nowhere = settings(true);
  nowhere.file = dir_.path() / "nowhere" / "master.key";
  EXPECT_THAT(errorText(nowhere), HasSubstr("cannot be created"));
}

}  // namespace
}  // namespace belfry::pg::test
