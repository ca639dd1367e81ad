// PostgreSQL's binary format, the scalar parts: big-endian integers, and time stamps as microseconds since 2000-01-01
// UTC.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "kit/time.h"

namespace belfry::pg::wire {

/// Unix time of PostgreSQL's epoch (src/include/datatype/timestamp.h: POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE days).
inline constexpr Duration kPostgresEpoch = std::chrono::seconds(946684800);

template <class Unsigned>
void store(char* out, Unsigned number) noexcept {
  for (std::size_t i = sizeof(Unsigned); i-- > 0; number = static_cast<Unsigned>(number >> 8)) {
    out[i] = static_cast<char>(number & 0xff);
  }
}

template <class Unsigned>
Unsigned load(const char* in) noexcept {
  Unsigned number = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    number = static_cast<Unsigned>((number << 8) | static_cast<unsigned char>(in[i]));
  }
  return number;
}

}  // namespace belfry::pg::wire
