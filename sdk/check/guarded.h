// A copy of a table whose end is the end of readable memory: who reads beyond it crashes.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>

namespace belfry::check {

class Guarded {
 public:
  Guarded(const void* from, std::size_t n) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    length_ = (n + page - 1) / page * page + page;
    map_ = mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map_ == MAP_FAILED) throw std::bad_alloc();
    at_ = static_cast<char*>(map_) + (length_ - page - n);
    std::memcpy(at_, from, n);
    mprotect(static_cast<char*>(map_) + (length_ - page), page, PROT_NONE);
  }
  ~Guarded() { munmap(map_, length_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  void* get() const { return at_; }

 private:
  std::size_t length_;
  void* map_;
  char* at_;
};

}  // namespace belfry::check
