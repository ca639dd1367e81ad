// What any store throws.
#pragma once

#include <stdexcept>

namespace belfry {

/// The database cannot be asked right now; trying again later may help.
class StoreUnavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The database refused the statement: a constraint, a policy or a type. Trying again does not help.
class StoreRejected : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace belfry
