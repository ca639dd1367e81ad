#include "kit/uuid.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "kit/crypto.h"

namespace belfry {
namespace {

constexpr int kCounterBits = 12;
constexpr std::uint64_t kCounterSeedMask = 0x7FF;  // top bit clear: room to count within the millisecond

/// Milliseconds (48 bits) and counter (12 bits) of the last id. Counting past 12 bits carries into the milliseconds, so
/// the sequence never repeats; it then runs ahead of the clock until the clock has caught up.
std::atomic<std::uint64_t> last_stamp{0};

std::uint64_t millisecondsOf(TimePoint at) {
  const auto count = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(count, 0, (std::int64_t{1} << 48) - 1));
}

std::uint64_t nextStamp(std::uint64_t milliseconds, std::uint64_t random) {
  const auto fresh = (milliseconds << kCounterBits) | (random & kCounterSeedMask);
  auto last = last_stamp.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do next = std::max(fresh, last + 1);
  while (!last_stamp.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

void putBigEndian(std::uint8_t* out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t kTextSize = 36;
constexpr bool isDashAt(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::string Uuid::toString() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kPlaces[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};  // the dashes between
  std::string text(kTextSize, '-');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[kPlaces[i]] = kDigits[bytes[i] >> 4];
    text[kPlaces[i] + 1] = kDigits[bytes[i] & 0xF];
  }
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  Uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < kTextSize; ++i) {
    if (isDashAt(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hexValue(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = id.bytes[nibble++ / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
  }
  return id;
}

TimePoint Uuid::time() const {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | bytes[i];
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

Uuid newUuidV7(TimePoint now) {
  std::array<std::uint8_t, 10> random{};
  randomBytes(random.data(), random.size());
  const auto stamp = nextStamp(millisecondsOf(now), static_cast<std::uint64_t>(random[8]) << 8 | random[9]);
  Uuid id;
  putBigEndian(id.bytes.data(), stamp >> kCounterBits, 6);
  putBigEndian(id.bytes.data() + 6, 0x7000 | (stamp & 0xFFF), 2);
  std::copy_n(random.begin(), 8, id.bytes.begin() + 8);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));  // variant 0b10
  return id;
}

Uuid uuidLowerBound(TimePoint at) {
  Uuid id;
  putBigEndian(id.bytes.data(), millisecondsOf(at), 6);
  return id;
}

}  // namespace belfry

std::size_t std::hash<belfry::Uuid>::operator()(const belfry::Uuid& id) const noexcept {
  // The last eight bytes of a UUIDv7 are random; the first tell apart ids of other kinds.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), 8);
  std::memcpy(&low, id.bytes.data() + 8, 8);
  return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15U));
}
