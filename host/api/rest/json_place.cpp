#include "api/rest/json_place.h"

#include <algorithm>
#include <vector>

namespace belfry {
namespace {

/// One open object or array on the way to the offset.
struct Level {
  bool array;
  std::size_t index = 0;     // of the item that was begun
  std::string_view name;     // of the member that was begun, as written between its quotes
  bool expects_name = true;  // of an object: the next string is a name
};

class Walk {
 public:
  Walk(std::string_view text, std::size_t end) : text_(text), end_(std::min(end, text.size())) {}

  JsonPlace run() {
    while (at_ < end_) step();
    lookAhead();
    place_.depth = levels_.size();
    for (const auto& level : levels_) append(level);
    place_.line =
        static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end_), '\n')) + 1;
    const auto line_break = end_ == 0 ? std::string_view::npos : text_.rfind('\n', end_ - 1);
    place_.column = static_cast<int>(line_break == std::string_view::npos ? end_ : end_ - line_break - 1) + 1;
    return place_;
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"') return string();
    if (c == '{' || c == '[') levels_.push_back({c == '['});
    if ((c == '}' || c == ']') && !levels_.empty()) levels_.pop_back();
    if (c == ',' && !levels_.empty()) nextItem(levels_.back());
    if (isWordByte(c)) return word();
    ++at_;
  }

  /// A number or word that begins at the offset is what the reader stopped at.
  void lookAhead() {
    const auto begin = text_.find_first_not_of(" \t\r\n", at_);
    if (begin == std::string_view::npos || !isWordByte(text_[begin])) return;
    at_ = begin;
    word();
  }

  static bool isWordByte(char c) { return std::string_view("{}[],: \t\r\n\"").find(c) == std::string_view::npos; }

  static void nextItem(Level& level) {
    ++level.index;
    level.expects_name = true;
    level.name = {};
  }

  void word() {
    const auto begin = at_;
    while (at_ < text_.size() && isWordByte(text_[at_])) ++at_;
    place_.token = text_.substr(begin, at_ - begin);
  }

  void string() {
    const auto begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    place_.token = text_.substr(begin, at_ - begin);
    if (levels_.empty() || levels_.back().array || !levels_.back().expects_name) return;
    const bool closed = place_.token.size() >= 2 && place_.token.back() == '"';
    levels_.back().name = place_.token.substr(1, place_.token.size() - (closed ? 2 : 1));
    levels_.back().expects_name = false;
  }

  void append(const Level& level) {
    if (level.array) place_.pointer += "/" + std::to_string(level.index);
    else if (!level.name.empty()) place_.pointer += "/" + escapeToken(level.name);
  }

  std::string_view text_;
  std::size_t end_;
  std::size_t at_ = 0;
  std::vector<Level> levels_;
  JsonPlace place_;
};

}  // namespace

JsonPlace placeAt(std::string_view text, std::size_t offset) { return Walk(text, offset).run(); }

std::string escapeToken(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '~') escaped += "~0";
    else if (c == '/') escaped += "~1";
    else escaped += c;
  }
  return escaped;
}

}  // namespace belfry
