#include "adapters/postgres/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace belfry::pg {
namespace {

constexpr const char* kAllowed = "; allowed: 32 bytes as 64 hexadecimal digits or as base64";
constexpr std::size_t kMaxText = 256;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  bool opened() const { return fd_ >= 0; }

 private:
  int fd_;
};

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw MasterKeyError("master key file " + file.string() + ": " + why);
}

std::string systemError() { return std::strerror(errno); }

std::string_view withoutLineEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

std::optional<Key256> parseKey(std::string_view text) {
  Key256 key{};
  auto bytes = text.size() == 2 * key.size() ? fromHex(text) : fromBase64(text);
  if (!bytes || bytes->size() != key.size()) return std::nullopt;
  std::memcpy(key.data(), bytes->data(), key.size());
  return key;
}

void checkMode(const std::filesystem::path& file, int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) refuse(file, systemError());
  if (!S_ISREG(status.st_mode)) refuse(file, "is no regular file");
  if ((status.st_mode & 077) == 0) return;
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", status.st_mode & 07777U);
  refuse(file, std::string("mode ") + mode + " lets others read it; allowed: 0600 or 0400");
}

Key256 readKeyFile(const std::filesystem::path& file, const File& opened) {
  checkMode(file, opened.get());
  char text[kMaxText];
  const ssize_t size = ::read(opened.get(), text, sizeof text);
  if (size < 0) refuse(file, systemError());
  const auto key = parseKey(withoutLineEnd({text, static_cast<std::size_t>(size)}));
  if (!key) refuse(file, "holds " + std::to_string(size) + " bytes that are no key" + kAllowed);
  return *key;
}

void syncFolder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.opened() || ::fsync(opened.get()) != 0) refuse(file, "its folder cannot be synced: " + systemError());
}

/// Written aside and linked into place, so that the file is either complete and on disk or not there; the first one
/// wins.
void createKeyFile(const std::filesystem::path& file) {
  const std::string aside = file.string() + "." + toHex(randomBytes(8)) + ".new";
  const std::string text = toHex(randomBytes(sizeof(Key256))) + "\n";
  const File made(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made.opened()) refuse(file, "cannot be created: " + systemError());
  const bool written =
      ::write(made.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(made.get()) == 0;
  const bool linked = written && (::link(aside.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const std::string why = systemError();
  ::unlink(aside.c_str());
  if (!linked) refuse(file, "cannot be created: " + why);
  syncFolder(file);
}

Key256 fromFile(const MasterKeySettings& settings) {
  for (bool created = false;; created = true) {
    const File opened(::open(settings.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.opened()) return readKeyFile(settings.file, opened);
    if (errno != ENOENT || created) refuse(settings.file, systemError());
    if (!settings.create_if_missing) refuse(settings.file, std::string("is not there") + kAllowed + ", mode 0600");
    createKeyFile(settings.file);
  }
}

}  // namespace

Key256 loadMasterKey(const MasterKeySettings& settings) {
  const char* text = settings.environment.empty() ? nullptr : std::getenv(settings.environment.c_str());
  if (text && *text) {
    const auto key = parseKey(withoutLineEnd(text));
    if (!key) throw MasterKeyError("environment variable " + settings.environment + " holds no key" + kAllowed);
    return *key;
  }
  if (settings.file.empty()) {
    throw MasterKeyError("no master key: set " + settings.environment + " or name a file" + kAllowed);
  }
  return fromFile(settings);
}

}  // namespace belfry::pg
