#pragma once

#include <cstddef>

namespace belfry {

/// Raises the process's soft limit of open files to its hard limit. Returns the limit now in force.
/// Throws std::system_error when the system refuses.
std::size_t raiseFileLimit();

}  // namespace belfry
