// The Mustache engine behind belfry.template/1.
#pragma once

#include "program.h"

#include <belfry/template.h>
#include <belfry/json.hpp>

#include <memory>

namespace belfry::mustache {

/// Holds no state: every call is a pure function of its arguments. Any thread.
class Engine {
 public:
  using Template = Program;

  /// There is nothing to set: a config with a member throws std::invalid_argument that names it.
  explicit Engine(Json config);

  bf_status compile(const bf_source& source, std::unique_ptr<Program>& out, bf_template_error& error) const;
  bf_status render(const Program& program, const bf_render& request, bf_template_error& error) const;
  bf_status variables(const Program& program, bf_write write, void* ctx) const;
};

}  // namespace belfry::mustache
