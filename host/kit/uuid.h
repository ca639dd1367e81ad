// 128-bit identifiers. All ids that Belfry mints are UUIDv7 (RFC 9562 §5.7), whose first 48 bits are Unix milliseconds,
// so that ids sort by time and history tables can be partitioned by id.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kit/time.h"

namespace belfry {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool isNil() const noexcept { return *this == Uuid{}; }

  /// Lower-case 8-4-4-4-12 form.
  std::string toString() const;
  /// Accepts exactly the 8-4-4-4-12 form in either case; anything else is nullopt.
  static std::optional<Uuid> parse(std::string_view text);
  /// The millisecond in a UUIDv7's first 48 bits. Meaningless for other versions.
  TimePoint time() const;
};

/// A new UUIDv7 for `now`. Ids minted by one process strictly increase even within a millisecond and when the
/// clock steps back (12-bit counter in rand_a, RFC 9562 §6.2 method 1). Thread-safe.
Uuid newUuidV7(TimePoint now);

/// The least UUID whose time prefix is `at`: a lower bound for ids minted from then on.
Uuid uuidLowerBound(TimePoint at);

}  // namespace belfry

template <>
struct std::hash<belfry::Uuid> {
  std::size_t operator()(const belfry::Uuid& id) const noexcept;
};
