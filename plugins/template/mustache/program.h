// A compiled template: one flat list of operations, made once, run often.
//
// Sections jump, partials call. Bodies of blocks and of parents' arguments stand inside the list right behind the
// operation that owns them, end in `ret` and are jumped over, so that running one is a call and there is no tree.
// Literal text of all units lies in one string; an operation is 16 bytes.
#pragma once

#include <belfry/base.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::mustache {

inline constexpr std::uint32_t kNone = UINT32_MAX;

enum class Code : std::uint8_t {
  text,         ///< writes `a` (place in Program::text), `b` bytes
  variable,     ///< writes the value of the path, escaped as the template's mode says
  raw,          ///< writes the value of the path as it is
  section,      ///< pushes the value of the path, or jumps to `c`
  section_end,  ///< next element: jumps to `c`; none left: pops
  inverted,     ///< jumps to `c` when the value of the path is truthy
  partial,      ///< runs calls[c]; the path is the dynamic name, if it has one
  parent,       ///< the same with arguments
  block,        ///< runs the argument for blocks[c], or its default
  ret,          ///< ends a unit or a body
};

/// `a` and `b` of every operation with a path: its first name in Program::path_names, and how many. 0 names: ".".
struct Op {
  Code code;
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t c;
};
static_assert(sizeof(Op) == 16);

/// Where an operation's tag stands. unit 0: the template, else partials[unit - 1].
struct Position {
  std::uint32_t unit = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// A part of Program::text.
struct Piece {
  std::uint32_t at = 0;
  std::uint32_t size = 0;
};

/// Content of a block: its default, or an argument for one of that name.
struct Body {
  std::string_view name;
  std::uint32_t entry = 0;  ///< its first operation
  bool ends_line = false;   ///< its text ends with a line break
  bool empty = false;       ///< it has no operations
};

/// A partial or parent tag.
struct CallSite {
  std::uint32_t partial = kNone;  ///< in Program::partials; kNone: unknown, or named by the path
  bool dynamic = false;
  bool standalone = false;  ///< alone on its line: each line of the partial gets `indent` in front
  Piece indent;
  std::uint32_t first_argument = 0;  ///< in Program::arguments, sorted by name
  std::uint32_t arguments = 0;
  std::uint32_t next = 0;  ///< the operation behind the arguments
};

/// A block tag outside of a parent: a parameter of its template.
struct BlockSite {
  Body standard;             ///< the default
  bool starts_line = false;  ///< nothing stands before it on its line
  Piece indent;              ///< in front of each line of what is put in
  Piece tail;                ///< the line break behind it, which is written unless the body ended with one
  std::uint32_t next = 0;
};

struct Partial {
  std::string name;
  std::uint32_t entry = kNone;  ///< kNone: nothing refers to it, so it was not compiled
  std::uint32_t end = 0;        ///< behind its last operation
};

struct Program {
  std::string name;
  bool escape_html = true;
  std::vector<Op> ops;              ///< the template begins at 0
  std::vector<Position> positions;  ///< one per operation
  std::string text;
  std::vector<std::string_view> path_names;  ///< into `names`
  std::deque<std::string> names;
  std::vector<CallSite> calls;
  std::vector<BlockSite> blocks;
  std::vector<Body> arguments;
  std::vector<Partial> partials;  ///< sorted by name
  std::uint32_t end = 0;          ///< behind the template's last operation

  std::string_view piece(Piece piece) const { return {text.data() + piece.at, piece.size}; }
  /// Index of the partial of that name or kNone.
  std::uint32_t findPartial(std::string_view name) const;
};

/// What is wrong with a template or its rendering.
struct Problem {
  bf_status status = BF_OK;
  std::uint32_t line = 0;    ///< 1-based; 0: unknown
  std::uint32_t column = 0;  ///< 1-based, bytes
  std::string text;
};

/// "template 'welcome'" or "partial 'footer' of template 'welcome'": how messages begin.
std::string describeUnit(const Program& program, std::uint32_t unit);
/// A name for a message: in quotes, cut when it is long.
std::string quoted(std::string_view name);

/// The names that a program reads at its top level, outside of sections, each once in order of appearance: the first
/// part of dotted names, sections and dynamic names included, partials followed where they stand.
std::vector<std::string_view> topLevelNames(const Program& program);

}  // namespace belfry::mustache
