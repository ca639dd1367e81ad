// A queue in which owners take turns, each in the order in which its own items came: an item waits for one of each
// other owner, however many those have put in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

namespace belfry {

/// One thread at a time. `Owner` has std::hash.
template <class Owner, class Item>
class TurnQueue {
 public:
  void push(const Owner& owner, Item item) {
    auto& own = waiting_[owner];
    if (own.empty()) turns_.push_back(owner);
    own.push_back(std::move(item));
    ++size_;
  }

  /// At most so many, in turn.
  std::vector<Item> take(std::size_t most) {
    std::vector<Item> taken;
    taken.reserve(std::min(most, size_));
    while (taken.size() < most && size_ > 0) {
      const auto own = waiting_.find(turns_.front());
      taken.push_back(std::move(own->second.front()));
      own->second.pop_front();
      --size_;
      if (own->second.empty()) waiting_.erase(own);
      else turns_.push_back(turns_.front());
      turns_.pop_front();
    }
    return taken;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::unordered_map<Owner, std::deque<Item>> waiting_;  // no empty ones
  std::deque<Owner> turns_;                              // each owner of waiting_ once
  std::size_t size_ = 0;
};

}  // namespace belfry
