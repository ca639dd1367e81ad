// Runs a Program over data.
#pragma once

#include "output.h"
#include "program.h"
#include "stack.h"

#include <belfry/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::mustache {

struct Limits {
  std::uint32_t max_depth = 100;         ///< sections, partials and blocks entered within each other
  std::uint64_t max_output = 16U << 20;  ///< bytes
  std::uint64_t max_steps =
      10'000'000;  ///< executed operations, and looks at further contexts, name parts and arguments
};

/// One rendering. Allocates nothing unless the template nests deeper than 32 or indents by more than a short string.
///
/// State: scopes_ is the mustache context stack (a list holds its current element and how many are left); calls_ are
/// the partials and bodies that run; env_ is the innermost call whose arguments the running text may see. The body of
/// an argument sees what the place where it was written saw, so a block may pass a block of its own name on without an
/// endless loop.
class Renderer {
 public:
  Renderer(const Program& program, const Limits& limits, Output& out) noexcept
      : program_(program), limits_(limits), out_(out), steps_left_(limits.max_steps) {}

  /// True when all of it was written to the output. Else see problem(). May throw std::bad_alloc.
  bool run(Json data);
  const Problem& problem() const { return problem_; }

 private:
  struct Scope {
    Json value;
    std::uint32_t left;  // elements of a list, the current one included
  };

  struct Call {
    std::uint32_t next;         // the operation to go on with
    std::uint32_t site;         // in Program::calls, when it has arguments
    std::uint32_t env;          // env_ outside
    std::uint32_t indent_size;  // indent_ outside
    std::uint32_t indent_base;  // indent_base_ outside
    Piece tail;                 // written before going on
    bool line_start;            // line_start_ afterwards
  };

  bool step(const Op& op);
  bool section(const Op& op);
  void sectionEnd(const Op& op);
  bool call(const Op& op);
  bool block(const Op& op);
  bool enter(const Call& call, std::uint32_t entry);
  bool leave();
  std::uint32_t calledPartial(const Op& op, const CallSite& site);
  const Body& bodyFor(const BlockSite& site);
  const Body* argument(const CallSite& call, std::string_view name) const;

  Json find(const Op& op);
  void writeValue(Json value, bool escape);
  void writeText(std::string_view text);
  void writeIndented(std::string_view text);
  void beginLine();
  bool indents() const { return indent_.size() > indent_base_; }
  std::string_view indent() const { return std::string_view(indent_).substr(indent_base_); }

  void charge(std::uint64_t steps);
  bool room();
  bool tooDeep();
  bool outOfSteps();
  bool stopped();
  bool fail(bf_status status, const std::string& what);

  const Program& program_;
  const Limits& limits_;
  Output& out_;
  std::uint64_t steps_left_;
  std::uint32_t at_ = 0;  // the running operation; the next one once step has begun
  Stack<Scope, 32> scopes_;
  Stack<Call, 32> calls_;
  std::uint32_t env_ = kNone;
  std::string indent_;  // of all calls; the running text sees what lies behind indent_base_
  std::uint32_t indent_base_ = 0;
  bool line_start_ = true;  // only kept up to date while indents()
  Problem problem_;
};

}  // namespace belfry::mustache
