// Template text to tags, one by one.
#pragma once

#include "program.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::mustache {

enum class TagKind : std::uint8_t {
  variable,
  raw,
  section,
  inverted,
  close,
  partial,
  parent,
  block,
  comment,
  delimiters,
  end
};

/// A tag and the text in front of it. Offsets are bytes of the unit's text.
struct Tag {
  TagKind kind = TagKind::end;
  bool dynamic = false;   ///< partial, parent, close: the name began with '*', which is not part of `name`
  std::string_view name;  ///< without white space around it
  std::size_t text = 0;   ///< where the text in front begins
  std::size_t begin = 0;
  std::size_t end = 0;
  bool blank_before = false;   ///< only blanks stand before it on its line
  bool blank_after = false;    ///< only blanks stand behind it on its line
  std::size_t line_begin = 0;  ///< blank_before: where the line begins
  std::size_t line_end = 0;    ///< blank_after: behind the line's break

  bool standalone() const { return blank_before && blank_after; }
};

/// Finds tags and follows changes of the delimiters. Linear in the length of the text.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next tag; kind `end`, with the text that is left, at the end. False: see problem().
  bool next(Tag& tag);
  /// Goes on reading at `offset`, which is not before the end of the last tag.
  void seek(std::size_t offset) { at_ = offset; }

  std::string_view text() const { return text_; }
  const std::string& problem() const { return problem_; }
  std::size_t problemOffset() const { return problem_offset_; }
  /// A tag as it would be written with the current delimiters, for messages.
  std::string spelled(char sigil, std::string_view name) const;

 private:
  bool fail(std::size_t offset, std::string problem);
  bool readTag(Tag& tag);
  bool setDelimiters(std::string_view content, std::size_t offset);
  bool setName(Tag& tag, std::string_view content);
  void lookAround(Tag& tag) const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view open_ = "{{";
  std::string_view close_ = "}}";
  std::string problem_;
  std::size_t problem_offset_ = 0;
};

}  // namespace belfry::mustache
