#include "unit_compiler.h"

#include "compiler.h"

#include <algorithm>

namespace belfry::mustache {

bool UnitCompiler::run() {
  Tag tag;
  do {
    if (!lexer_.next(tag)) return fail(BF_E_INVALID, lexer_.problemOffset(), lexer_.problem());
    if (!handle(tag)) return false;
  } while (tag.kind != TagKind::end);
  return true;
}

bool UnitCompiler::handle(const Tag& tag) {
  switch (tag.kind) {
    case TagKind::variable:
    case TagKind::raw: variable(tag); return true;
    case TagKind::partial: partial(tag); return true;
    case TagKind::comment:
    case TagKind::delimiters: textBefore(tag, tag.standalone()); return true;
    case TagKind::close: return closeTag(tag);
    case TagKind::end: return finish(tag);
    default: return openTag(tag);
  }
}

// ---- tags that stand for themselves
// -----------------------------------------------------------------------------------

void UnitCompiler::variable(const Tag& tag) {
  if (inParent()) return;
  textBefore(tag, false);
  addPath(tag.kind == TagKind::raw ? Code::raw : Code::variable, tag);
}

void UnitCompiler::partial(const Tag& tag) {
  if (inParent()) return;
  textBefore(tag, tag.standalone());
  CallSite& call = program_.calls[addCall(Code::partial, tag)];
  call.standalone = tag.standalone();
  if (call.standalone) call.indent = keep(stripped(blanksBefore(tag)));
  call.next = here();
}

bool UnitCompiler::finish(const Tag& end) {
  textBefore(end, false);
  if (!open_.empty()) {
    const Open& open = open_.back();
    constexpr std::string_view sigils = "#^<$$";
    const std::string star = open.dynamic ? "*" : "";
    const char sigil = sigils[static_cast<std::size_t>(open.role)];
    return fail(BF_E_INVALID, open.offset,
                lexer_.spelled(sigil, star + std::string(open.name)) + " is not closed: expected " +
                    lexer_.spelled('/', star + std::string(open.name)) + " before the end");
  }
  add(Code::ret, end.begin);
  return true;
}

// ---- tags that open
// ---------------------------------------------------------------------------------------------------

bool UnitCompiler::openTag(const Tag& tag) {
  if (open_.size() == kMaxOpenTags)
    return fail(BF_E_LIMIT, tag.begin,
                "more than " + std::to_string(kMaxOpenTags) + " tags are open within each other");
  if (tag.kind == TagKind::parent) return openParent(tag);
  if (tag.kind == TagKind::block) return inParent() ? openArgument(tag) : openSite(tag);
  return openSection(tag);
}

UnitCompiler::Open& UnitCompiler::push(Role role, const Tag& tag) {
  Open open;
  open.role = role;
  open.name = tag.name;
  open.dynamic = tag.dynamic;
  open.offset = tag.begin;
  open.op = here();
  open.ignored = inParent() && role != Role::argument;
  open.blank_before = tag.blank_before;
  open.strip = strip_;
  open_.push_back(std::move(open));
  return open_.back();
}

bool UnitCompiler::openSection(const Tag& tag) {
  textBefore(tag, tag.standalone());
  const bool inverted = tag.kind == TagKind::inverted;
  push(inverted ? Role::inverted : Role::section, tag);
  addPath(inverted ? Code::inverted : Code::section, tag);
  return true;
}

// Whether the blanks in front are its indentation shows at the end tag: until then they are text.
bool UnitCompiler::openParent(const Tag& tag) {
  textBefore(tag, false);
  Open& open = push(Role::parent, tag);
  if (tag.blank_before) open.indent = keep(stripped(blanksBefore(tag)));
  addCall(Code::parent, tag);
  return true;
}

bool UnitCompiler::openArgument(const Tag& tag) {
  push(Role::argument, tag);
  if (tag.blank_after) {
    lexer_.seek(tag.line_end);
    strip_ = firstIndent(tag.line_end);
  } else if (tag.blank_before) {
    strip_ = blanksBefore(tag);
  }
  return true;
}

bool UnitCompiler::openSite(const Tag& tag) {
  textBefore(tag, tag.standalone());
  Open& open = push(Role::site, tag);
  open.begins_line = tag.standalone();
  if (tag.blank_before) open.indent = keep(stripped(blanksBefore(tag)));
  add(Code::block, tag.begin, 0, 0, static_cast<std::uint32_t>(program_.blocks.size()));
  BlockSite site;
  site.standard.entry = here();
  site.indent = open.indent;
  if (tag.standalone()) {
    const std::string_view first = firstIndent(tag.line_end);
    site.indent = keep(stripped(first));
    strip_ = first;
  } else if (tag.blank_before) {
    strip_ = blanksBefore(tag);
  }
  program_.blocks.push_back(site);
  return true;
}

// ---- tags that close
// --------------------------------------------------------------------------------------------------

bool UnitCompiler::closeTag(const Tag& tag) {
  const std::string found = lexer_.spelled('/', (tag.dynamic ? "*" : "") + std::string(tag.name));
  if (open_.empty()) return fail(BF_E_INVALID, tag.begin, found + " closes nothing: no tag of that name is open");
  Open open = std::move(open_.back());
  if (open.name != tag.name || open.dynamic != tag.dynamic) {
    locate(open.offset);
    const std::string wanted = lexer_.spelled('/', (open.dynamic ? "*" : "") + std::string(open.name));
    return fail(BF_E_INVALID, tag.begin,
                "expected " + wanted + " for the tag opened in line " + std::to_string(position_.line) +
                    ", but found " + found);
  }
  switch (open.role) {
    case Role::parent: return closeParent(open, tag);
    case Role::argument: return closeArgument(open, tag);
    case Role::site: return closeSite(open, tag);
    default: return closeSection(open, tag);
  }
}

bool UnitCompiler::closeSection(Open& open, const Tag& tag) {
  textBefore(tag, tag.standalone());
  if (open.role == Role::section) add(Code::section_end, tag.begin, 0, 0, open.op + 1);
  program_.ops[open.op].c = barrier_ = here();
  open_.pop_back();
  if (open.ignored) dropFrom(open.op);
  return true;
}

bool UnitCompiler::closeParent(Open& open, const Tag& tag) {
  CallSite& call = program_.calls[program_.ops[open.op].c];
  call.standalone = open.blank_before && tag.blank_after;
  if (call.standalone) {
    unindent(open);
    call.indent = open.indent;
    lexer_.seek(tag.line_end);
  }
  const auto by_name = [](const Body& a, const Body& b) { return a.name < b.name; };
  std::sort(open.arguments.begin(), open.arguments.end(), by_name);
  const auto same = [](const Body& a, const Body& b) { return a.name == b.name; };
  const auto twice = std::adjacent_find(open.arguments.begin(), open.arguments.end(), same);
  if (twice != open.arguments.end())
    return fail(BF_E_INVALID, open.offset, "block " + quoted(twice->name) + " is given twice to one parent");
  call.first_argument = static_cast<std::uint32_t>(program_.arguments.size());
  call.arguments = static_cast<std::uint32_t>(open.arguments.size());
  program_.arguments.insert(program_.arguments.end(), open.arguments.begin(), open.arguments.end());
  call.next = barrier_ = here();
  open_.pop_back();
  if (open.ignored) dropFrom(open.op);
  return true;
}

bool UnitCompiler::closeArgument(Open& open, const Tag& tag) {
  text(tag.text, tag.blank_before ? tag.line_begin : tag.begin);
  Body body;
  body.name = intern(open.name);
  body.entry = open.op;
  body.ends_line = tag.blank_before;
  body.empty = here() == open.op;
  add(Code::ret, tag.begin);
  strip_ = open.strip;
  open_.pop_back();
  open_.back().arguments.push_back(body);
  return true;
}

bool UnitCompiler::closeSite(Open& open, const Tag& tag) {
  const bool may_own_line = open.begins_line || open.blank_before;
  const bool takes_rest = tag.standalone() || (may_own_line && tag.blank_after);
  textBefore(tag, tag.standalone());
  BlockSite& site = program_.blocks[program_.ops[open.op].c];
  site.standard.name = intern(open.name);
  site.standard.ends_line = tag.standalone();
  site.standard.empty = here() == site.standard.entry;
  if (site.standard.empty) site.indent = open.indent;
  site.starts_line = open.begins_line || (open.blank_before && takes_rest);
  if (site.starts_line && !open.begins_line) unindent(open);
  if (takes_rest) takeRestOfLine(site, tag);
  add(Code::ret, tag.begin);
  site.next = here();
  strip_ = open.strip;
  open_.pop_back();
  if (open.ignored) dropFrom(open.op);
  return true;
}

void UnitCompiler::takeRestOfLine(BlockSite& site, const Tag& tag) {
  const std::string_view rest = lexer_.text().substr(tag.end, tag.line_end - tag.end);
  const std::size_t line_break = rest.find_first_of("\r\n");
  if (line_break != rest.npos) site.tail = keep(rest.substr(line_break));
  lexer_.seek(tag.line_end);
}

// ---- text
// -------------------------------------------------------------------------------------------------------------

void UnitCompiler::textBefore(const Tag& tag, bool takes_line) {
  text(tag.text, takes_line ? tag.line_begin : tag.begin);
  if (takes_line) lexer_.seek(tag.line_end);
}

void UnitCompiler::text(std::size_t begin, std::size_t end) {
  if (inParent() || begin == end) return;
  const std::uint32_t at = static_cast<std::uint32_t>(program_.text.size());
  appendLines(begin, end);
  const std::uint32_t size = static_cast<std::uint32_t>(program_.text.size()) - at;
  if (size == 0) return;
  const bool joins = here() > barrier_ && !program_.ops.empty() && program_.ops.back().code == Code::text &&
                     program_.ops.back().a + program_.ops.back().b == at;
  if (joins) program_.ops.back().b += size;
  else add(Code::text, begin, at, size);
}

// Each line loses what it has in common with strip_.
void UnitCompiler::appendLines(std::size_t begin, std::size_t end) {
  const std::string_view source = lexer_.text();
  while (begin < end) {
    const bool line_start = begin == 0 || source[begin - 1] == '\n';
    const std::size_t line_break = strip_.empty() ? source.npos : source.find('\n', begin);
    const std::size_t line_end = std::min(end, line_break == source.npos ? end : line_break + 1);
    const std::string_view line = source.substr(begin, line_end - begin);
    program_.text += line_start ? stripped(line) : line;
    begin = line_end;
  }
}

std::string_view UnitCompiler::stripped(std::string_view line) const {
  std::size_t common = 0;
  while (common < line.size() && common < strip_.size() && line[common] == strip_[common]) ++common;
  return line.substr(common);
}

// The blanks at the begin of the first line from `offset` on that has more than blanks.
std::string_view UnitCompiler::firstIndent(std::size_t offset) const {
  const std::string_view source = lexer_.text();
  const std::size_t content = source.find_first_not_of(" \t\r\n", offset);
  if (content == source.npos) return {};
  const std::size_t line_break = source.substr(offset, content - offset).rfind('\n');
  const std::size_t line = line_break == source.npos ? offset : offset + line_break + 1;
  return source.substr(line, content - line);
}

// The blanks in front of a tag, already text, become its indentation.
void UnitCompiler::unindent(const Open& open) {
  if (open.indent.size > 0 && !open.ignored) program_.ops[open.op - 1].b -= open.indent.size;
}

Piece UnitCompiler::keep(std::string_view text) {
  const Piece piece{static_cast<std::uint32_t>(program_.text.size()), static_cast<std::uint32_t>(text.size())};
  program_.text += text;
  return piece;
}

// ---- operations
// -------------------------------------------------------------------------------------------------------

std::uint32_t UnitCompiler::add(Code code, std::size_t offset, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  locate(offset);
  program_.ops.push_back({code, a, b, c});
  program_.positions.push_back(position_);
  return here() - 1;
}

void UnitCompiler::addPath(Code code, const Tag& tag) {
  const std::uint32_t op = add(code, tag.begin);
  setPath(program_.ops[op], tag.name);
}

void UnitCompiler::setPath(Op& op, std::string_view name) {
  op.a = static_cast<std::uint32_t>(program_.path_names.size());
  op.b = 0;
  if (name == ".") return;
  for (std::size_t begin = 0; begin <= name.size(); ++op.b) {
    const std::size_t dot = std::min(name.find('.', begin), name.size());
    program_.path_names.push_back(intern(name.substr(begin, dot - begin)));
    begin = dot + 1;
  }
}

std::string_view UnitCompiler::intern(std::string_view name) {
  const auto known = shared_.names.find(name);
  if (known != shared_.names.end()) return known->second;
  const std::string_view kept = program_.names.emplace_back(name);
  shared_.names.emplace(kept, kept);
  return kept;
}

// Returns the index of the call site. The operation is the last one.
std::uint32_t UnitCompiler::addCall(Code code, const Tag& tag) {
  const std::uint32_t index = static_cast<std::uint32_t>(program_.calls.size());
  const std::uint32_t op = add(code, tag.begin, 0, 0, index);
  CallSite call;
  call.dynamic = tag.dynamic;
  if (tag.dynamic) {
    setPath(program_.ops[op], tag.name);
    shared_.all_wanted = true;
  } else if (const auto known = shared_.partials.find(tag.name); known != shared_.partials.end()) {
    call.partial = known->second;
    want(known->second);
  }
  program_.calls.push_back(call);
  return index;
}

void UnitCompiler::want(std::uint32_t partial) {
  if (shared_.is_wanted[partial]) return;
  shared_.is_wanted[partial] = true;
  shared_.wanted.push_back(partial);
}

void UnitCompiler::dropFrom(std::uint32_t op) {
  program_.ops.resize(op);
  program_.positions.resize(op);
  barrier_ = op;
}

// ---- places and problems
// ----------------------------------------------------------------------------------------------

// Moves position_ to an offset; offsets mostly grow, so all of it is one pass over the text.
void UnitCompiler::locate(std::size_t offset) {
  if (offset < located_) {
    position_ = {unit_, 1, 1};
    located_ = 0;
  }
  for (const char c : lexer_.text().substr(located_, offset - located_)) {
    position_.column = c == '\n' ? 1 : position_.column + 1;
    position_.line += c == '\n';
  }
  position_.unit = unit_;
  located_ = offset;
}

bool UnitCompiler::fail(bf_status status, std::size_t offset, const std::string& what) {
  locate(offset);
  problem_ = {status, position_.line, position_.column, describeUnit(program_, unit_) + ": " + what};
  return false;
}

}  // namespace belfry::mustache
