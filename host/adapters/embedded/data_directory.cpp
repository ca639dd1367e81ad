#include "adapters/embedded/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "adapters/embedded/embedded_error.h"

namespace belfry::embedded {
namespace {

namespace fs = std::filesystem;

/// sizeof(sockaddr_un::sun_path) - 1, unix(7).
constexpr std::size_t kLongestSocketPath = 107;
/// The longest socket path beneath the data directory; Redis' is shorter.
constexpr const char* kLongestSocketName = "/postgres/.s.PGSQL.5432";

std::string mode(const fs::path& path) {
  struct stat info {};
  ::stat(path.c_str(), &info);
  char text[8];
  std::snprintf(text, sizeof text, "%04o", info.st_mode & 07777u);
  return text;
}

EmbeddedError notWritable(const fs::path& directory, int error) {
  return EmbeddedError("data directory " + directory.string() + " is not writable by user " + currentUser().name +
                       ": " + std::strerror(error));
}

void makeDirectory(const fs::path& path, mode_t with_mode, const fs::path& data_directory) {
  if (::mkdir(path.c_str(), with_mode) == 0) {
    ::chmod(path.c_str(), with_mode);  // whatever the umask
  } else if (errno != EEXIST) {
    throw notWritable(data_directory, errno);
  } else if (std::error_code ignored; !fs::is_directory(path, ignored)) {
    throw EmbeddedError("data directory " + data_directory.string() + ": " + path.string() + " is not a directory");
  }
}

fs::path absolutePath(const fs::path& directory) {
  if (directory.empty()) throw EmbeddedError("data directory is empty: name a directory");
  auto path = fs::absolute(directory).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

void checkSocketPath(const fs::path& directory) {
  const auto longest = directory.string() + kLongestSocketName;
  if (longest.size() <= kLongestSocketPath) return;
  const auto allowed = kLongestSocketPath - std::strlen(kLongestSocketName);
  throw EmbeddedError("data directory " + directory.string() + " has " + std::to_string(directory.string().size()) +
                      " bytes; sockets lie in it, so at most " + std::to_string(allowed) +
                      " are allowed: choose a shorter one");
}

fs::path makeDataDirectory(const fs::path& directory) {
  const auto path = absolutePath(directory);
  checkSocketPath(path);
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) throw EmbeddedError("data directory " + path.string() + " cannot be made: " + failed.message());
  makeDirectory(path, 0711, path);
  auto canonical = fs::canonical(path);
  checkSocketPath(canonical);
  return canonical;
}

RunUser firstKnown(const std::vector<std::string>& users, const std::string& package) {
  for (const auto& name : users)
    if (auto user = findUser(name); user && user->uid != 0) return *user;
  throw EmbeddedError("as root, a server must run as another user, and there is no user " + users.front() +
                      ": install the Debian package " + package);
}

}  // namespace

DataDirectory::DataDirectory(const fs::path& directory) : path_(makeDataDirectory(directory)) {
  lock();
  makeDirectory(path_ / "logs", 0700, path_);
  makeDirectory(path_ / "etc", 0755, path_);
}

DataDirectory::~DataDirectory() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

void DataDirectory::lock() {
  const auto file = path_ / "belfryd.lock";
  lock_fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (lock_fd_ < 0) throw notWritable(path_, errno);
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> owner{};
    const bool known = ::pread(lock_fd_, owner.data(), owner.size() - 1, 0) > 0;
    ::close(lock_fd_);
    throw EmbeddedError("data directory " + path_.string() + " is in use by another belfryd (process " +
                        (known ? std::string(owner.data(), std::strcspn(owner.data(), "\n")) : "unknown") +
                        "): stop it, or choose another data directory");
  }
  const auto pid = std::to_string(::getpid()) + "\n";
  const bool written = ::ftruncate(lock_fd_, 0) == 0 && ::pwrite(lock_fd_, pid.data(), pid.size(), 0) > 0;
  const int error = errno;
  if (written) return;
  ::close(lock_fd_);
  throw notWritable(path_, error);
}

RunUser DataDirectory::provide(const std::string& name, const std::vector<std::string>& users,
                               const std::string& package, Log& log) {
  const auto directory = path_ / name;
  makeDirectory(directory, 0700, path_);
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    throw EmbeddedError(directory.string() + " is not a directory");
  if (::geteuid() != 0) {
    if (info.st_uid == ::geteuid()) return currentUser();
    const auto owner = findUser(info.st_uid);
    throw EmbeddedError(directory.string() + " belongs to user " + (owner ? owner->name : std::to_string(info.st_uid)) +
                        ": start as that user or as root, or choose another data directory");
  }
  const auto owner = info.st_uid == 0 ? std::nullopt : findUser(info.st_uid);
  auto user = owner ? *owner : firstKnown(users, package);
  if (info.st_uid != user.uid && ::lchown(directory.c_str(), user.uid, user.gid) != 0)
    throw EmbeddedError(directory.string() + " cannot be given to user " + user.name + ": " + std::strerror(errno));
  openForPassage(log);
  if (const auto closed = firstClosedDirectory(directory, user))
    throw EmbeddedError("directory " + closed->string() + " (mode " + mode(*closed) + ") is closed to user " +
                        user.name + ", who " + name + " runs as: choose a data directory elsewhere, or chmod o+x " +
                        closed->string());
  return user;
}

// The data directory is ours and keeps its secrets in files of mode 0600, so the servers' users are let through (never
// its parents: those are the operator's).
void DataDirectory::openForPassage(Log& log) const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0 || (info.st_mode & 0011u) == 0011u || info.st_uid != ::geteuid()) return;
  if (::chmod(path_.c_str(), (info.st_mode & 07777u) | 0011u) == 0)
    log.info("data directory opened for passage", {{"directory", path_.string()}, {"mode", mode(path_)}});
}

}  // namespace belfry::embedded
