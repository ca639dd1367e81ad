// Structured JSON logs: one object a line on standard error (or a file descriptor given), a fixed event text and
// fields.
//
//   log.warn("delivery retry", {{"delivery_id", id}, {"delay_ms", d}});
//
// A line is {"time","level","event",...fields}. Addresses are masked by the caller with maskAddress(); secrets are
// never logged. Bytes that are no UTF-8 become U+FFFD. Thread-safe; a line is one write(2). A line that cannot be
// written is lost: a log must not stop its host.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "kit/uuid.h"

namespace belfry {

enum class LogLevel { debug, info, warn, error };

/// "debug", "info", "warn", "error"; anything else is nullopt.
std::optional<LogLevel> parseLogLevel(std::string_view text);

struct LogField {
  using Value = std::variant<std::string, std::int64_t, double, bool>;
  std::string_view key;
  Value value;

  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const Uuid& v) : key(k), value(v.toString()) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <std::integral I>
  LogField(std::string_view k, I v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  explicit Log(int fd = 2, LogLevel level = LogLevel::info);

  void setLevel(LogLevel level) noexcept;
  bool enabled(LogLevel level) const noexcept;
  void debug(std::string_view event, Fields fields = {}) const;
  void info(std::string_view event, Fields fields = {}) const;
  void warn(std::string_view event, Fields fields = {}) const;
  void error(std::string_view event, Fields fields = {}) const;

 private:
  void write(LogLevel level, std::string_view event, Fields fields) const;

  int fd_;
  std::atomic<LogLevel> level_;
  mutable std::mutex writing_;  // a pipe keeps only writes up to PIPE_BUF apart
};

/// `ada@example.test` → `a***@example.test`; `+34600000001` → `+346***01`; anything else keeps its first
/// character only: `token` → `t***`.
std::string maskAddress(std::string_view address);

}  // namespace belfry
