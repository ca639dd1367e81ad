#include "plugin_files.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "kit/crypto.h"

namespace belfry::test {

std::filesystem::path buildDirectory() {
  const char* directory = std::getenv("BELFRY_BUILD_DIR");
  if (directory == nullptr)
    throw std::runtime_error("BELFRY_BUILD_DIR is not set: run by ctest, or set it to the build directory");
  return directory;
}

std::filesystem::path module(const std::string& name) {
  return buildDirectory() / "tests/plugin-modules" / (name + ".so");
}
std::filesystem::path badPlugin(const std::string& name) {
  return buildDirectory() / "tests/bad-plugins" / (name + ".so");
}
std::filesystem::path bundledLock() { return buildDirectory() / "plugins/plugins.lock"; }
std::string trialProgram() { return buildDirectory() / "tests/plugin_trial"; }

LockFile::LockFile(const std::vector<std::string>& modules) {
  write("plugins:\n");
  for (const auto& name : modules) addModule(name);
}

LockFile& LockFile::add(const std::string& id, const std::filesystem::path& file, const std::string& version) {
  auto hash = toHex(asView(sha256(readFile(file))));
  return write("  - id: " + id + "\n    version: \"" + version + "\"\n    file: " + file.string() +
               "\n    sha256: " + hash + "\n");
}

LockFile& LockFile::write(const std::string& text) {
  std::ofstream(path(), std::ios::app) << text;
  return *this;
}

KeptLog::KeptLog() : fd_(memfd_create("log", MFD_CLOEXEC)), log_(fd_, LogLevel::debug) {}
KeptLog::~KeptLog() { close(fd_); }

std::string KeptLog::text() const {
  std::string text(static_cast<std::size_t>(lseek(fd_, 0, SEEK_CUR)), '\0');
  auto got = pread(fd_, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace belfry::test
