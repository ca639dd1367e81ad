// What a plugin has no business calling: the host does all I/O, and a guest does not change the process it lives in.
#pragma once

#include <string_view>

namespace belfry::check {

struct ForbiddenImport {
  std::string_view name;
  std::string_view why;
  bool fatal;  ///< Fail, else Warn
};

/// The rule that an imported symbol breaks, or nullptr.
const ForbiddenImport* findForbidden(std::string_view symbol);

}  // namespace belfry::check
