#include "kit/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "kit/json.h"
#include "kit/time.h"
#include "kit/utf8.h"

namespace belfry {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

std::string lineOf(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  JsonWriter line;
  line.object([&] {
    line.member("time", formatRfc3339(SystemClock().now()));
    line.member("level", kLevelNames[static_cast<std::size_t>(level)]);
    line.member("event", replaceInvalidUtf8(event));
    for (const auto& field : fields) {
      line.key(replaceInvalidUtf8(field.key));
      if (const auto* text = std::get_if<std::string>(&field.value)) line.value(replaceInvalidUtf8(*text));
      else std::visit([&](const auto& value) { line.value(value); }, field.value);
    }
  });
  auto text = line.take();
  text.push_back('\n');
  return text;
}

/// One write(2); more only when the system took a part of the line or was interrupted before it took anything.
void writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The first character: a lead byte and the continuation bytes that follow it.
std::string_view firstCharacter(std::string_view text) {
  const auto isContinuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t size = text.empty() ? 0 : 1;
  while (size < text.size() && size < 4 && isContinuation(text[size])) ++size;
  return text.substr(0, size);
}

bool isPhoneNumber(std::string_view text) {
  return text.starts_with('+') && text.size() >= 9 && text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

std::optional<LogLevel> parseLogLevel(std::string_view text) {
  const auto found = std::find(kLevelNames.begin(), kLevelNames.end(), text);
  if (found == kLevelNames.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevelNames.begin());
}

Log::Log(int fd, LogLevel level) : fd_(fd), level_(level) {}

void Log::setLevel(LogLevel level) noexcept { level_.store(level, std::memory_order_relaxed); }

bool Log::enabled(LogLevel level) const noexcept { return level >= level_.load(std::memory_order_relaxed); }

void Log::debug(std::string_view event, Fields fields) const { write(LogLevel::debug, event, fields); }
void Log::info(std::string_view event, Fields fields) const { write(LogLevel::info, event, fields); }
void Log::warn(std::string_view event, Fields fields) const { write(LogLevel::warn, event, fields); }
void Log::error(std::string_view event, Fields fields) const { write(LogLevel::error, event, fields); }

void Log::write(LogLevel level, std::string_view event, Fields fields) const {
  if (!enabled(level)) return;
  const auto line = lineOf(level, event, fields);
  const std::lock_guard lock(writing_);
  writeAll(fd_, line);
}

std::string maskAddress(std::string_view address) {
  if (const auto at = address.rfind('@'); at != std::string_view::npos && at > 0) {
    return std::string(firstCharacter(address)) + "***" + std::string(address.substr(at));
  }
  if (isPhoneNumber(address)) {
    return std::string(address.substr(0, 4)) + "***" + std::string(address.substr(address.size() - 2));
  }
  return address.empty() ? std::string() : std::string(firstCharacter(address)) + "***";
}

}  // namespace belfry
