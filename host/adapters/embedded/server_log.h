// A server's own log: a file that its output is appended to, and whose last words explain why it did not start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace belfry::embedded {

/// One thread at a time.
class ServerLog {
 public:
  explicit ServerLog(std::filesystem::path file);

  const std::filesystem::path& file() const noexcept { return file_; }
  /// A descriptor (O_APPEND, O_CLOEXEC, the caller's to close) for one run of the server; what was written before is no
  /// longer in sinceOpen(). A file over 16 MiB is first set aside as FILE.1. Throws EmbeddedError.
  int open();
  /// What this run wrote, at most its last 64 KiB.
  std::string sinceOpen() const;
  /// The lines of this run that say what went wrong, joined to one of at most 400 bytes; "" when it wrote nothing.
  std::string complaint() const;

 private:
  std::filesystem::path file_;
  std::uintmax_t start_ = 0;
};

}  // namespace belfry::embedded
