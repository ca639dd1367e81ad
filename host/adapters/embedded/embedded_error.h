#pragma once

#include <stdexcept>

namespace belfry {

/// The embedded services cannot run. what() is one line for the operator: what failed, where, and what to do.
class EmbeddedError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace belfry
