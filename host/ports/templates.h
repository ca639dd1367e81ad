// Template engines as the services see them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kit/result.h"

namespace belfry {

enum class Escape { html, none };

struct TemplateError {
  int line = 0;
  int column = 0;
  std::string message;
  bool limit = false;  ///< a limit on depth, steps or output was hit
};

/// A compiled template. Immutable, thread-safe.
class CompiledTemplate {
 public:
  virtual ~CompiledTemplate() = default;
  virtual Result<std::string, TemplateError> render(std::string_view data_json) const = 0;
  virtual std::vector<std::string> variables() const = 0;
};

class TemplateEngines {
 public:
  virtual ~TemplateEngines() = default;
  virtual bool has(const std::string& engine) const = 0;
  virtual std::vector<std::string> names() const = 0;
  /// Thread-safe. An unknown engine is an error too.
  virtual Result<std::shared_ptr<const CompiledTemplate>, TemplateError> compile(
      const std::string& engine, const std::string& name, std::string_view text, Escape escape,
      const std::vector<std::pair<std::string, std::string>>& partials = {}) = 0;
};

}  // namespace belfry
