#include "adapters/plugins/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace belfry::plugins {

Arena::~Arena() {
  for (auto& block : blocks_) {
    std::memset(block.bytes.get(), 0, block.used);
    // Keeps the compiler from dropping the wipe as a dead store.
    asm volatile("" : : "r"(block.bytes.get()) : "memory");
  }
}

void* Arena::allocate(std::size_t size, std::size_t align) {
  constexpr std::size_t kLeast = 4096;
  if (align == 0 || (align & (align - 1)) != 0 || align > kLeast || size > limit_) return nullptr;
  auto fit = [&](Block& block) -> void* {
    auto start = reinterpret_cast<std::uintptr_t>(block.bytes.get()) + block.used;
    auto padding = (align - start % align) % align;
    if (padding + size > block.size - block.used) return nullptr;
    block.used += padding + size;
    // Here and not for the whole block: most of it is never given out.
    return std::memset(reinterpret_cast<void*>(start + padding), 0, size);
  };
  if (!blocks_.empty())
    if (void* place = fit(blocks_.back())) return place;
  auto wanted = std::max(size + align, blocks_.empty() ? kLeast : blocks_.back().size * 2);
  if (total_ + wanted > limit_) wanted = size + align;
  if (total_ + wanted > limit_) return nullptr;
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted, 0});
  total_ += wanted;
  return fit(blocks_.back());
}

}  // namespace belfry::plugins
