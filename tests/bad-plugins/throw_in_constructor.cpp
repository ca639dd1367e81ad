// An exception where nobody can catch it.
#include <stdexcept>

#include "innocent.h"

namespace {
struct Throw {
  Throw() { throw std::runtime_error("no"); }
} thrown;
}  // namespace

INNOCENT_ENTRY(innocent::get)
