// Where in a JSON text an offset lies: a reader that stopped there knows the byte, people want the field.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry {

struct JsonPlace {
  std::string pointer;  ///< RFC 6901, of the innermost member or item that was begun
  int line = 1;
  int column = 1;          ///< in bytes
  std::size_t depth = 0;   ///< objects and arrays that are open
  std::string_view token;  ///< the string, number or word at the offset or just before it, as written; may be empty
};

/// `text` need only be well-formed before `offset`. `token` is a view into it.
JsonPlace placeAt(std::string_view text, std::size_t offset);

/// A member's name as a reference token (RFC 6901 §3).
std::string escapeToken(std::string_view name);

}  // namespace belfry
