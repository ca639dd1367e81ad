#include "adapters/plugins/plugin_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "adapters/plugins/plugin_version.h"
#include "check/elf_file.h"
#include "check/manifest.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

namespace fs = std::filesystem;

std::string because(const char* what, const fs::path& path) {
  return std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(errno);
}

class File {
 public:
  File(const fs::path& path, int flags, mode_t mode = 0644) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// A rename is on disk only once its directory is.
void syncDirectory(const fs::path& directory) {
  const File file(directory, O_RDONLY | O_DIRECTORY);
  if (file.open()) ::fsync(file.get());
}

/// All or nothing, also across a loss of power. Empty, or what went wrong.
std::string replaceFile(const fs::path& path, std::string_view bytes, mode_t mode) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return "cannot make " + path.parent_path().string() + ": " + error.message();
  const fs::path fresh = path.string() + ".new-" + std::to_string(::getpid());
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!file.open()) return because("write", fresh);
    if (!writeAll(file.get(), bytes) || ::fsync(file.get()) != 0) {
      auto problem = because("write", fresh);
      fs::remove(fresh, error);
      return problem;
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return because("replace", path);
  syncDirectory(path.parent_path());
  return {};
}

/// YAML's single quotes hold anything but line breaks.
std::string yamlText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string lockText(const std::vector<LockedPlugin>& plugins) {
  std::string text =
      "# Plugins that an operator has added; written by `belfry plugin install` and `belfry plugin remove`.\n"
      "plugins:";
  if (plugins.empty()) return text + " []\n";
  text += "\n";
  for (const auto& plugin : plugins)
    text += "  - id: " + yamlText(plugin.id) + "\n    version: " + yamlText(plugin.version) +
            "\n    file: " + yamlText(plugin.file.string()) + "\n    sha256: " + yamlText(plugin.sha256) +
            "\n    in_process: " + (plugin.in_process ? "true" : "false") + "\n";
  return text;
}

/// Held while a lock is read and replaced. Beside the lock, which itself is replaced by another file.
class Turn {
 public:
  explicit Turn(const fs::path& lock) : file_(made(lock), O_RDWR | O_CREAT) {
    while (file_.open() && ::flock(file_.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }

 private:
  static fs::path made(const fs::path& lock) {
    std::error_code error;
    fs::create_directories(lock.parent_path(), error);
    return lock.string() + ".turn";
  }
  File file_;
};

}  // namespace

PluginStore::PluginStore(fs::path directory, fs::path lock)
    : directory_(fs::absolute(directory)), lock_(fs::absolute(lock)) {}

Result<std::vector<LockedPlugin>, std::string> PluginStore::list() const {
  std::error_code error;
  if (!fs::exists(lock_, error)) return std::vector<LockedPlugin>{};
  return readLock(lock_);
}

Result<StagedPlugin, std::string> PluginStore::stage(const fs::path& file) const {
  std::string error;
  const auto bytes = check::readBytes(file.string(), error);
  if (!bytes) return failure(std::move(error));
  const auto elf = check::parseElf(*bytes, error);
  if (!elf) return failure(file.string() + ": " + error);
  if (elf->manifest_notes != 1)
    return failure(file.string() + ": is no plugin: it has " + std::to_string(elf->manifest_notes) +
                   " Belfry manifest notes, one is needed");
  const auto manifest = check::parseManifest(elf->manifest, error);
  if (!manifest) return failure(file.string() + ": its manifest is not valid: " + error);
  StagedPlugin staged;
  auto& entry = staged.entry;
  entry.id = manifest->id;
  entry.version = manifest->version;
  entry.sha256 = toHex(asView(sha256(*bytes)));
  entry.file = directory_ / "store" / entry.sha256 / (entry.id + ".so");
  auto locked = list();
  if (!locked) return failure(locked.error());
  for (const auto& other : *locked) {
    if (other.id != entry.id || other.version != entry.version) continue;
    if (other.sha256 != entry.sha256)
      return failure("'" + entry.id + "' " + entry.version + " is installed with other content (sha256 " +
                     other.sha256 + "); give the new one another version, or `belfry plugin remove " + entry.id + "@" +
                     entry.version + "` first");
    staged.known = true;
  }
  std::error_code absent;
  const auto there = check::readBytes(entry.file.string(), error);
  if (there && *there == *bytes && fs::exists(entry.file, absent)) return staged;
  if (auto problem = replaceFile(entry.file, *bytes, 0755); !problem.empty()) return failure(std::move(problem));
  return staged;
}

std::string PluginStore::write(std::vector<LockedPlugin> plugins) const {
  std::stable_sort(plugins.begin(), plugins.end(), [](const auto& a, const auto& b) {
    return a.id != b.id ? a.id < b.id : compareVersions(a.version, b.version) > 0;
  });
  return replaceFile(lock_, lockText(plugins), 0644);
}

std::string PluginStore::add(const StagedPlugin& staged) const {
  const Turn turn(lock_);
  auto locked = list();
  if (!locked) return locked.error();
  for (const auto& other : *locked) {
    if (other.id != staged.entry.id || other.version != staged.entry.version) continue;
    if (other.sha256 == staged.entry.sha256) return {};
    return "'" + other.id + "' " + other.version + " was installed with other content meanwhile";
  }
  locked->push_back(staged.entry);
  return write(std::move(*locked));
}

void PluginStore::drop(const StagedPlugin& staged) const {
  if (staged.known) return;
  std::error_code ignored;
  fs::remove_all(staged.entry.file.parent_path(), ignored);
}

Result<LockedPlugin, std::string> PluginStore::remove(const std::string& text) const {
  const Turn turn(lock_);
  const auto name = parsePluginName(text);
  auto locked = list();
  if (!locked) return failure(locked.error());
  std::string versions;
  std::vector<LockedPlugin> kept, found;
  for (auto& plugin : *locked) {
    const bool named = plugin.id == name.id && (name.version.empty() || plugin.version == name.version);
    if (named) versions += (versions.empty() ? "" : ", ") + plugin.id + "@" + plugin.version;
    (named ? found : kept).push_back(std::move(plugin));
  }
  if (found.empty()) return failure("'" + text + "' is not in " + lock_.string());
  if (found.size() > 1) return failure("'" + text + "' has several versions; allowed: " + versions);
  if (auto problem = write(kept); !problem.empty()) return failure(std::move(problem));
  const auto store = directory_ / "store";
  std::error_code ignored;
  if (found.front().file.parent_path().parent_path() == store)
    fs::remove_all(found.front().file.parent_path(), ignored);
  return std::move(found.front());
}

}  // namespace belfry::plugins
