// What is wrong with a pause or a bulk action, beyond its form. Pointers are those of the API's bodies.
#pragma once

#include <vector>

#include "model/problem.h"
#include "model/queue.h"

namespace belfry {

/// A pause, drain or resume as it was asked for.
struct PauseWish {
  PauseScope scope;
  bool all = false;  ///< the whole tenant, said out loud
  std::string reason;
};

/// A bulk action as it was asked for.
struct ActionWish {
  QueueWish wish;
  bool all = false;  ///< no filter, said out loud
};

std::vector<FieldError> faultsOf(const PauseWish& wish);
/// Of a drain: whole channels only.
std::vector<FieldError> faultsOfDrain(const PauseWish& wish);
std::vector<FieldError> faultsOf(const ActionWish& wish);

}  // namespace belfry
