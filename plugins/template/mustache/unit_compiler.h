// Compiles one unit, the template or a partial, and appends it to a program.
//
// White space, in one place:
// - A comment, delimiter, section, end or partial tag alone on its line takes the line with it (mustache spec,
// "standalone").
// - A partial alone on its line hands the blanks in front of it to each line of the partial.
// - A parent is alone when its first tag begins a line and its end tag ends one.
// - A block that begins a line and whose end tag ends one is alone too. The content of a block loses its own
// indentation,
//   that of its first line, where it is written, and gets that of the place where it is put in. A line break behind the
//   end tag is written unless the content brought one.
// Text inside of a parent that is in none of its blocks is read, and ignored.
#pragma once

#include "lexer.h"
#include "program.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace belfry::mustache {

/// What several units of one program share while it is compiled.
struct Shared {
  std::unordered_map<std::string_view, std::uint32_t> partials;  ///< name → index
  std::unordered_map<std::string_view, std::string_view> names;  ///< interned, into Program::names
  std::vector<std::uint32_t> wanted;                             ///< partials that something refers to, each once
  std::vector<bool> is_wanted;
  bool all_wanted = false;  ///< a dynamic name may mean any of them
};

class UnitCompiler {
 public:
  UnitCompiler(Program& program, Shared& shared, std::uint32_t unit, std::string_view text)
      : program_(program), shared_(shared), unit_(unit), lexer_(text) {}

  /// False: see problem().
  bool run();
  const Problem& problem() const { return problem_; }

 private:
  enum class Role : std::uint8_t { section, inverted, parent, argument, site };

  // A tag that waits for its end tag.
  struct Open {
    Role role = Role::section;
    std::string_view name;
    bool dynamic = false;
    std::size_t offset = 0;       // of the tag
    std::uint32_t op = 0;         // its operation; argument: the first of its body
    bool ignored = false;         // stands in a parent, outside of its blocks
    bool blank_before = false;    // parent, site: only blanks stand in front
    bool begins_line = false;     // site: the line of its tag was taken away
    Piece indent;                 // parent, site: the blanks in front
    std::string_view strip;       // argument, site: strip_ outside of it
    std::vector<Body> arguments;  // parent
  };

  bool handle(const Tag& tag);
  bool openTag(const Tag& tag);
  bool openSection(const Tag& tag);
  bool openParent(const Tag& tag);
  bool openArgument(const Tag& tag);
  bool openSite(const Tag& tag);
  bool closeTag(const Tag& tag);
  bool closeSection(Open& open, const Tag& tag);
  bool closeParent(Open& open, const Tag& tag);
  bool closeArgument(Open& open, const Tag& tag);
  bool closeSite(Open& open, const Tag& tag);
  void variable(const Tag& tag);
  void partial(const Tag& tag);
  bool finish(const Tag& end);

  bool inParent() const { return !open_.empty() && open_.back().role == Role::parent; }
  Open& push(Role role, const Tag& tag);
  void textBefore(const Tag& tag, bool takes_line);
  void text(std::size_t begin, std::size_t end);
  void appendLines(std::size_t begin, std::size_t end);
  void takeRestOfLine(BlockSite& site, const Tag& tag);
  std::string_view stripped(std::string_view blanks) const;
  std::string_view firstIndent(std::size_t offset) const;
  Piece keep(std::string_view text);
  std::uint32_t add(Code code, std::size_t offset, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t c = 0);
  void addPath(Code code, const Tag& tag);
  void setPath(Op& op, std::string_view name);
  std::uint32_t addCall(Code code, const Tag& tag);
  std::string_view intern(std::string_view name);
  void want(std::uint32_t partial);
  void dropFrom(std::uint32_t op);
  void unindent(const Open& open);
  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.ops.size()); }
  std::string_view blanksBefore(const Tag& tag) const {
    return lexer_.text().substr(tag.line_begin, tag.begin - tag.line_begin);
  }

  void locate(std::size_t offset);
  bool fail(bf_status status, std::size_t offset, const std::string& what);

  Program& program_;
  Shared& shared_;
  const std::uint32_t unit_;
  Lexer lexer_;
  std::vector<Open> open_;
  std::string_view strip_;     // indentation that lines of the current body lose
  std::uint32_t barrier_ = 0;  // text may not be joined to operations before this one
  Position position_{0, 1, 1};
  std::size_t located_ = 0;  // the offset of position_
  Problem problem_;
};

}  // namespace belfry::mustache
