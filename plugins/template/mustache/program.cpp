#include "program.h"

#include <algorithm>
#include <set>

namespace belfry::mustache {
namespace {

constexpr std::size_t kMaxQuoted = 60;  // bytes of a name in a message

bool readsPath(const Op& op, const Program& program) {
  switch (op.code) {
    case Code::variable:
    case Code::raw:
    case Code::section:
    case Code::inverted: return op.b > 0;
    case Code::partial:
    case Code::parent: return program.calls[op.c].dynamic && op.b > 0;
    default: return false;
  }
}

// Walks the operations outside of sections. A called partial is walked once, before what follows its tag.
class NameWalk {
 public:
  explicit NameWalk(const Program& program) : program_(program) { ranges_.push_back({0, program.end}); }

  std::vector<std::string_view> run() {
    while (!ranges_.empty()) {
      Range& range = ranges_.back();
      if (range.at >= range.end) ranges_.pop_back();
      else visit(range);
    }
    return std::move(names_);
  }

 private:
  struct Range {
    std::uint32_t at;
    std::uint32_t end;
  };

  void visit(Range& range) {
    const Op& op = program_.ops[range.at];
    if (readsPath(op, program_)) note(program_.path_names[op.a]);
    range.at = op.code == Code::section ? op.c : range.at + 1;
    if (op.code == Code::partial || op.code == Code::parent) follow(program_.calls[op.c].partial);
  }

  void note(std::string_view name) {
    if (seen_.insert(name).second) names_.push_back(name);
  }

  void follow(std::uint32_t partial) {
    if (partial == kNone || !walked_.insert(partial).second) return;
    ranges_.push_back({program_.partials[partial].entry, program_.partials[partial].end});
  }

  const Program& program_;
  std::vector<Range> ranges_;
  std::vector<std::string_view> names_;
  std::set<std::string_view> seen_;
  std::set<std::uint32_t> walked_;
};

}  // namespace

std::uint32_t Program::findPartial(std::string_view wanted) const {
  const auto found =
      std::lower_bound(partials.begin(), partials.end(), wanted,
                       [](const Partial& partial, std::string_view other) { return partial.name < other; });
  if (found == partials.end() || found->name != wanted) return kNone;
  return static_cast<std::uint32_t>(found - partials.begin());
}

std::string quoted(std::string_view name) {
  if (name.size() <= kMaxQuoted) return "'" + std::string(name) + "'";
  std::size_t cut = kMaxQuoted;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;  // not within a UTF-8 sequence
  return "'" + std::string(name.substr(0, cut)) + "…'";
}

std::string describeUnit(const Program& program, std::uint32_t unit) {
  const std::string whole = program.name.empty() ? "the template" : "template " + quoted(program.name);
  return unit == 0 ? whole : "partial " + quoted(program.partials[unit - 1].name) + " of " + whole;
}

std::vector<std::string_view> topLevelNames(const Program& program) { return NameWalk(program).run(); }

}  // namespace belfry::mustache
