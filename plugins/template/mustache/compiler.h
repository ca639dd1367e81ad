// Template text to a Program.
#pragma once

#include "program.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::mustache {

struct Source {
  std::string_view name;  ///< for messages
  std::string_view text;
  std::vector<std::pair<std::string_view, std::string_view>> partials;  ///< name, text
  bool escape_html = true;
};

struct Compiled {
  std::unique_ptr<Program> program;  ///< empty when problem.status is not BF_OK
  Problem problem;
};

inline constexpr std::size_t kMaxTemplateBytes = 4U << 20;  ///< the template and its partials together
inline constexpr std::size_t kMaxOpenTags = 1000;           ///< tags open within each other

/// Compiles a template and the partials it reaches; when a tag names its partial dynamically, that is all of them. The
/// text must be UTF-8. BF_E_INVALID when it is no template, BF_E_LIMIT past the limits above. Keeps nothing of the
/// source. May throw std::bad_alloc. Any thread.
Compiled compile(const Source& source);

}  // namespace belfry::mustache
