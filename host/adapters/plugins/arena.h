// Memory of one operation: bump allocation in growing blocks, wiped when the operation ends, since messages pass
// through it.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace belfry::plugins {

class Arena {
 public:
  explicit Arena(std::size_t limit) : limit_(limit) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Zeroed. `align` is a power of two, at most 4096. nullptr when the limit is reached or align is wrong.
  void* allocate(std::size_t size, std::size_t align);

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
    std::size_t used;
  };

  const std::size_t limit_;
  std::size_t total_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace belfry::plugins
