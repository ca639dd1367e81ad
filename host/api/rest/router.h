// Which operation a method and a path mean.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/operation.h"

namespace belfry {

struct RouteMatch {
  const Operation* operation = nullptr;  ///< nullptr: see `allow`
  std::vector<std::string> params;
  std::string allow;  ///< the path's methods as Allow wants them; empty: there is no such path
};

/// Filled at start-up, then immutable and thread-safe. Where two paths fit, the one with more literal segments counts,
/// so that `/things/search` is never read as `/things/{id}`.
class Router {
 public:
  void add(Operation operation);
  /// HEAD is answered by GET's operation (RFC 9110 §9.3.2).
  RouteMatch match(std::string_view method, const std::vector<std::string>& segments) const;
  std::vector<const Operation*> operations() const;

 private:
  struct Path {
    std::vector<std::string> segments;
    std::size_t literals = 0;
    std::vector<const Operation*> operations;
  };

  const Path* find(const std::vector<std::string>& segments) const;

  std::deque<Operation> operations_;  // a deque: addresses stay
  std::vector<Path> paths_;
};

}  // namespace belfry
