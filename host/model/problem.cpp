#include "model/problem.h"

namespace belfry {

std::string shorten(std::string_view value) {
  constexpr std::size_t kMost = 80;
  if (value.size() <= kMost) return std::string(value);
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return std::string(value.substr(0, end)) + "…";
}

}  // namespace belfry
