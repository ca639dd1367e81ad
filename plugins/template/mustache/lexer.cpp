#include "lexer.h"

namespace belfry::mustache {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

TagKind kindOf(char sigil) {
  switch (sigil) {
    case '#': return TagKind::section;
    case '^': return TagKind::inverted;
    case '/': return TagKind::close;
    case '>': return TagKind::partial;
    case '<': return TagKind::parent;
    case '$': return TagKind::block;
    case '!': return TagKind::comment;
    case '=': return TagKind::delimiters;
    case '&':
    case '{': return TagKind::raw;
    default: return TagKind::variable;
  }
}

bool hasEmptyPart(std::string_view name) {
  return name.front() == '.' || name.back() == '.' || name.find("..") != name.npos;
}

// The names of partials and blocks are no paths: a dot in them has no meaning.
bool isPath(const Tag& tag) {
  switch (tag.kind) {
    case TagKind::variable:
    case TagKind::raw:
    case TagKind::section:
    case TagKind::inverted: return true;
    default: return tag.dynamic;
  }
}

bool mayBeDynamic(TagKind kind) {
  return kind == TagKind::partial || kind == TagKind::parent || kind == TagKind::close;
}

}  // namespace

bool Lexer::fail(std::size_t offset, std::string problem) {
  problem_offset_ = offset;
  problem_ = std::move(problem);
  return false;
}

std::string Lexer::spelled(char sigil, std::string_view name) const {
  std::string tag(open_);
  if (sigil != '\0') tag += sigil;
  return tag.append(name.substr(0, 60)).append(close_);
}

bool Lexer::next(Tag& tag) {
  tag = Tag();
  tag.text = at_;
  tag.begin = text_.find(open_, at_);
  if (tag.begin == text_.npos) {
    tag.begin = tag.end = text_.size();
    return true;
  }
  if (!readTag(tag)) return false;
  at_ = tag.end;
  lookAround(tag);
  return true;
}

bool Lexer::readTag(Tag& tag) {
  const std::size_t inside = text_.find_first_not_of(kSpace, tag.begin + open_.size());
  const char sigil = inside == text_.npos ? '\0' : text_[inside];
  tag.kind = kindOf(sigil);
  const std::size_t content = inside + (tag.kind == TagKind::variable ? 0 : 1);
  std::string closing(close_);
  if (sigil == '{' || sigil == '=') closing.insert(0, 1, sigil == '{' ? '}' : '=');
  const std::size_t closed = inside == text_.npos ? text_.npos : text_.find(closing, content);
  if (closed == text_.npos)
    return fail(tag.begin,
                "a tag that begins with '" + std::string(open_) + "' is not closed: expected '" + closing + "'");
  tag.end = closed + closing.size();
  const std::string_view between = text_.substr(content, closed - content);
  if (tag.kind == TagKind::comment) return true;
  if (tag.kind == TagKind::delimiters) return setDelimiters(between, tag.begin);
  return setName(tag, between);
}

bool Lexer::setName(Tag& tag, std::string_view content) {
  tag.name = trimmed(content);
  if (mayBeDynamic(tag.kind) && !tag.name.empty() && tag.name.front() == '*') {
    tag.dynamic = true;
    tag.name = trimmed(tag.name.substr(1));
  }
  if (tag.name.empty()) return fail(tag.begin, "a tag has no name");
  if (tag.name.find_first_of(kSpace) != tag.name.npos)
    return fail(tag.begin, "the name " + quoted(tag.name) + " contains white space, which names cannot have");
  if (isPath(tag) && tag.name != "." && hasEmptyPart(tag.name))
    return fail(tag.begin, "the dotted name " + quoted(tag.name) + " has an empty part");
  return true;
}

bool Lexer::setDelimiters(std::string_view content, std::size_t offset) {
  const std::string_view both = trimmed(content);
  const std::size_t middle = both.find_first_of(kSpace);
  const std::string_view open = both.substr(0, middle);
  const std::string_view close = middle == both.npos ? std::string_view() : trimmed(both.substr(middle));
  if (close.empty() || close.find_first_of(kSpace) != close.npos || both.find('=') != both.npos)
    return fail(offset, "expected two delimiters parted by white space and without '=', as in {{=<% %>=}}, but found " +
                            quoted(both));
  open_ = open;
  close_ = close;
  return true;
}

void Lexer::lookAround(Tag& tag) const {
  std::size_t before = tag.begin;
  while (before > tag.text && kBlanks.find(text_[before - 1]) != kBlanks.npos) --before;
  tag.blank_before = before == 0 || text_[before - 1] == '\n';
  tag.line_begin = before;
  std::size_t after = tag.end;
  while (after < text_.size() && kBlanks.find(text_[after]) != kBlanks.npos) ++after;
  const std::string_view rest = text_.substr(after);
  const std::size_t line_break = rest.substr(0, 1) == "\n" ? 1 : rest.substr(0, 2) == "\r\n" ? 2 : 0;
  tag.blank_after = rest.empty() || line_break > 0;
  tag.line_end = after + line_break;
}

}  // namespace belfry::mustache
