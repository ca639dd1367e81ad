#include "check/elf_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "check/manifest.h"

namespace belfry::check {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::string pluginBytes(const std::string& name) {
  const char* build = std::getenv("BELFRY_BUILD_DIR");
  std::string error;
  auto bytes = readBytes(std::string(build ? build : "") + "/plugins/" + name + ".so", error);
  EXPECT_TRUE(bytes) << error;
  return bytes.value_or("");
}

TEST(ElfFile, ReadsABundledPluginWithoutLoadingIt) {
  std::string error;
  const auto elf = parseElf(pluginBytes("smtp"), error);
  ASSERT_TRUE(elf) << error;
  EXPECT_THAT(elf->exports, ElementsAre("belfry_plugin_v1"));
  EXPECT_TRUE(elf->bind_now);
  EXPECT_TRUE(elf->relro);
  EXPECT_FALSE(elf->text_relocations);
  EXPECT_FALSE(elf->executable_stack);
  EXPECT_FALSE(elf->writable_code);
  EXPECT_TRUE(elf->unique.empty());
  EXPECT_TRUE(elf->run_path.empty());
  EXPECT_THAT(elf->needed, Contains("libc.so.6"));
  EXPECT_THAT(elf->imports, Contains(Field(&ElfImport::version, HasSubstr("GLIBC_2."))));
  EXPECT_EQ(elf->manifest_notes, 1u);
  const auto manifest = parseManifest(elf->manifest, error);
  ASSERT_TRUE(manifest) << error;
  EXPECT_EQ(manifest->id, "smtp");
}

TEST(ElfFile, ReadsTheSystemsOwnLibraries) {
  std::string error;
  for (const auto* path : {"/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"}) {
    const auto bytes = readBytes(path, error);
    if (!bytes) continue;  // another architecture or distribution: the bundled plugins are read in any case
    const auto elf = parseElf(*bytes, error);
    ASSERT_TRUE(elf) << path << ": " << error;
    EXPECT_GT(elf->exports.size(), 1000u);
    EXPECT_EQ(elf->manifest_notes, 0u);
  }
}

TEST(ElfFile, RefusesWhatIsNoSharedObject) {
  std::string error;
  EXPECT_FALSE(parseElf("", error));
  EXPECT_EQ(error, "it is not an ELF file");
  EXPECT_FALSE(parseElf(std::string(1000, 'x'), error));
  auto bytes = pluginBytes("apikey");
  bytes[4] = 1;  // EI_CLASS: 32 bit
  EXPECT_FALSE(parseElf(bytes, error));
  EXPECT_EQ(error, "it is not 64-bit little-endian");
  bytes[4] = 2;
  bytes[16] = 2;  // e_type: an executable
  EXPECT_FALSE(parseElf(bytes, error));
  EXPECT_EQ(error, "it is not a shared object");
}

TEST(ElfFile, EveryTruncationIsAnErrorOrHarmless) {
  const auto bytes = pluginBytes("apikey");
  std::size_t refused = 0;
  for (std::size_t n = 0; n < bytes.size(); n += n < 4096 ? 7 : 511) {
    std::string error;
    if (!parseElf(std::string_view(bytes).substr(0, n), error)) {
      EXPECT_FALSE(error.empty());
      ++refused;
    }
  }
  EXPECT_GT(refused, 500u);
}

/// Under AddressSanitizer this finds bad reads; here it shows that the reader always comes back.
TEST(ElfFile, AnyFlippedBytesAreReadWithoutHarm) {
  const auto original = pluginBytes("apikey");
  std::mt19937 random(1);
  std::size_t read = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    auto bytes = original.substr(0, 16384);
    bytes.resize(16384);
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
      bytes[random() % 2048] = static_cast<char>(random());
    std::string error;
    ++(parseElf(bytes, error) ? read : refused);
  }
  EXPECT_EQ(read + refused, 20000u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace belfry::check
