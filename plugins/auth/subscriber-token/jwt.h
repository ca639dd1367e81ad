// A subscriber token taken apart. JWS compact serialization (RFC 7515 §7.1) with HS256, and nothing else that a JWT may
// be: what is not understood is refused, never skipped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace subscriber {

enum class Reading {
  other,     ///< not this plugin's kind of credential
  bad,       ///< ours, and broken: fault says what
  complete,  ///< ours; nothing in it is proven
};

struct Token {
  std::string_view signing_input;  ///< of the text that was read
  std::string signature;           ///< raw, 32 bytes
  std::string key_id;              ///< may be empty
  std::string tenant;
  std::string subject;
  std::int64_t expires_s = 0;  ///< Unix seconds, as the other two
  std::int64_t issued_s = -1;  ///< -1: not said
  std::int64_t valid_from_s = -1;
  const char* fault = "";
};

constexpr std::size_t kMostTokenBytes = 4096;
constexpr std::size_t kMostSubject = 200;
constexpr std::size_t kMostTenant = 63;

Reading read(std::string_view text, Token& token);

}  // namespace subscriber
