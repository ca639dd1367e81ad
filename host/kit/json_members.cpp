#include "kit/json_members.h"

#include <cstddef>

#include "kit/json.h"

namespace belfry {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Steps over a text's tokens; false and npos mean that it ended too early.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skipSpace();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool atEnd() {
    skipSpace();
    return at_ == text_.size();
  }

  /// A string with its quotes; empty when there is none.
  std::string_view string() {
    skipSpace();
    const auto begin = at_;
    return at_ < text_.size() && text_[at_] == '"' && skipString() ? text_.substr(begin, at_ - begin)
                                                                   : std::string_view();
  }

  /// A value of any kind, up to the ',' or the bracket behind it; empty when there is none.
  std::string_view value() {
    skipSpace();
    const auto begin = at_;
    for (std::size_t depth = 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool closes = c == '}' || c == ']';
      if (depth == 0 && (closes || c == ',')) break;
      if (c == '"' && !skipString()) return {};
      if (c == '"') --at_;  // the loop steps on
      depth += c == '{' || c == '[' ? 1 : 0;
      depth -= closes ? 1 : 0;
    }
    auto end = at_;
    while (end > begin && isSpace(text_[end - 1])) --end;
    return text_.substr(begin, end - begin);
  }

 private:
  void skipSpace() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
  }

  /// From the quote to behind its end.
  bool skipString() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') ++at_;
      else if (text_[at_] == '"') return ++at_, true;
    }
    at_ = text_.size();
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// What a quoted name means. Escapes are rare in names, so a reader of documents does them.
std::optional<std::string> meaningOf(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  const auto document = parseJson(quoted);
  if (!document || !document->IsString()) return std::nullopt;
  return std::string(asView(*document));
}

}  // namespace

std::optional<std::vector<JsonMember>> jsonMembers(std::string_view text) {
  Scanner scanner(text);
  std::vector<JsonMember> members;
  if (!scanner.take('{')) return std::nullopt;
  if (scanner.take('}')) return scanner.atEnd() ? std::optional(std::move(members)) : std::nullopt;
  do {
    const auto quoted = scanner.string();
    auto name = quoted.empty() ? std::nullopt : meaningOf(quoted);
    if (!name || !scanner.take(':')) return std::nullopt;
    const auto value = scanner.value();
    if (value.empty()) return std::nullopt;
    members.push_back({std::move(*name), value});
  } while (scanner.take(','));
  if (!scanner.take('}') || !scanner.atEnd()) return std::nullopt;
  return members;
}

}  // namespace belfry
