// A stack that needs the heap only when it grows past what a usual template needs.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace belfry::mustache {

/// T is trivially copyable; nothing is initialised ahead. push may throw std::bad_alloc.
template <class T, std::size_t kInline>
class Stack {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Stack() noexcept {}
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void push(const T& item) {
    if (size_ == capacity_) grow();
    slots_[size_++].item = item;
  }
  T pop() noexcept { return slots_[--size_].item; }
  T& top() noexcept { return slots_[size_ - 1].item; }
  T& operator[](std::size_t i) noexcept { return slots_[i].item; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  union Slot {
    Slot() noexcept {}
    T item;
  };

  void grow() {
    auto larger = std::make_unique<Slot[]>(capacity_ * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i].item = slots_[i].item;
    heap_ = std::move(larger);
    slots_ = heap_.get();
    capacity_ *= 2;
  }

  Slot inline_[kInline];
  std::unique_ptr<Slot[]> heap_;
  Slot* slots_ = inline_;
  std::size_t size_ = 0;
  std::size_t capacity_ = kInline;
};

}  // namespace belfry::mustache
