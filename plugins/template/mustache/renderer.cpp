#include "renderer.h"

#include <belfry/json_writer.hpp>

#include <algorithm>

namespace belfry::mustache {
namespace {

// As in JavaScript, where JSON comes from: false, null, 0, "", the empty list and what is missing are falsy.
bool isZero(std::string_view number) {
  return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") == number.npos;
}

bool truthy(Json value) {
  if (value.isString()) return !value.asString().empty();
  if (value.isArray()) return value.size() > 0;
  if (value.isObject()) return true;
  if (value.isNumber()) return !isZero(value.numberText());
  return value.asBool();
}

// Lets writeJson escape what it writes.
struct HtmlOutput {
  Output& out;
  void append(const char* p, std::size_t n) { appendHtml(out, {p, n}); }
};

}  // namespace

inline void Renderer::charge(std::uint64_t steps) { steps_left_ -= std::min(steps_left_, steps); }

bool Renderer::run(Json data) {
  scopes_.push({data, 1});
  for (;;) {
    if (steps_left_ == 0) return outOfSteps();
    --steps_left_;
    const Op& op = program_.ops[at_++];
    if (op.code == Code::ret && calls_.empty()) break;
    if (!step(op)) return false;
    if (out_.status() != BF_OK) return stopped();
  }
  out_.flush();
  return out_.status() == BF_OK || stopped();
}

inline bool Renderer::step(const Op& op) {
  switch (op.code) {
    case Code::text: writeText(program_.piece({op.a, op.b})); return true;
    case Code::variable: writeValue(find(op), program_.escape_html); return true;
    case Code::raw: writeValue(find(op), false); return true;
    case Code::section: return section(op);
    case Code::section_end: sectionEnd(op); return true;
    case Code::inverted:
      if (truthy(find(op))) at_ = op.c;
      return true;
    case Code::partial:
    case Code::parent: return call(op);
    case Code::block: return block(op);
    case Code::ret: return leave();
  }
  return fail(BF_E_INTERNAL, "an unknown operation");
}

// ---- sections
// ---------------------------------------------------------------------------------------------------------

bool Renderer::section(const Op& op) {
  const Json value = find(op);
  if (!truthy(value)) {
    at_ = op.c;
    return true;
  }
  if (!room()) return tooDeep();
  if (value.isArray()) scopes_.push({value.firstElement(), static_cast<std::uint32_t>(value.size())});
  else scopes_.push({value, 1});
  return true;
}

void Renderer::sectionEnd(const Op& op) {
  Scope& scope = scopes_.top();
  if (--scope.left == 0) {
    scopes_.pop();
    return;
  }
  scope.value = scope.value.nextElement();
  at_ = op.c;
}

// ---- partials, parents, blocks
// ----------------------------------------------------------------------------------------

bool Renderer::call(const Op& op) {
  const CallSite& site = program_.calls[op.c];
  const std::uint32_t partial = calledPartial(op, site);
  if (!site.standalone) beginLine();
  if (partial == kNone) {
    at_ = site.next;
    return true;
  }
  const auto indent_size = static_cast<std::uint32_t>(indent_.size());
  if (!enter({site.next, op.c, env_, indent_size, indent_base_, {}, site.standalone}, program_.partials[partial].entry))
    return false;
  if (site.arguments > 0) env_ = static_cast<std::uint32_t>(calls_.size() - 1);
  if (site.standalone) indent_ += program_.piece(site.indent);
  else indent_base_ = indent_size;  // within a line, the lines of a partial keep their own indentation
  line_start_ = true;
  return true;
}

std::uint32_t Renderer::calledPartial(const Op& op, const CallSite& site) {
  if (!site.dynamic) return site.partial;
  const Json name = find(op);
  return name.isString() || name.isNumber()
             ? program_.findPartial(name.isString() ? name.asString() : name.numberText())
             : kNone;
}

bool Renderer::block(const Op& op) {
  const BlockSite& site = program_.blocks[op.c];
  const std::uint32_t outer_env = env_;
  const Body& body = bodyFor(site);
  if (!site.starts_line) beginLine();
  if (body.empty) {
    if (!site.starts_line) writeText(program_.piece(site.tail));
    env_ = outer_env;
    at_ = site.next;
    return true;
  }
  const auto indent_size = static_cast<std::uint32_t>(indent_.size());
  const Piece tail = body.ends_line ? Piece() : site.tail;
  if (!enter({site.next, kNone, outer_env, indent_size, indent_base_, tail, site.tail.size > 0}, body.entry))
    return false;
  indent_ += program_.piece(site.indent);
  line_start_ = site.starts_line;
  return true;
}

// The argument of the outermost caller counts. Its body sees what its caller saw: env_ is set to that.
const Body& Renderer::bodyFor(const BlockSite& site) {
  const Body* found = nullptr;
  std::uint32_t outside = env_;
  for (std::uint32_t frame = env_; frame != kNone; frame = calls_[frame].env) {
    charge(1);
    const Body* given = argument(program_.calls[calls_[frame].site], site.standard.name);
    if (!given) continue;
    found = given;
    outside = calls_[frame].env;
  }
  env_ = outside;
  return found ? *found : site.standard;
}

const Body* Renderer::argument(const CallSite& call, std::string_view name) const {
  const Body* const first = program_.arguments.data() + call.first_argument;
  const Body* const last = first + call.arguments;
  const Body* const found =
      std::lower_bound(first, last, name, [](const Body& body, std::string_view other) { return body.name < other; });
  return found != last && found->name == name ? found : nullptr;
}

bool Renderer::enter(const Call& call, std::uint32_t entry) {
  if (!room()) return tooDeep();
  calls_.push(call);
  at_ = entry;
  return true;
}

bool Renderer::leave() {
  const Call call = calls_.pop();
  writeText(program_.piece(call.tail));
  indent_.resize(call.indent_size);
  indent_base_ = call.indent_base;
  line_start_ = call.line_start;
  env_ = call.env;
  at_ = call.next;
  return true;
}

// ---- values and text
// --------------------------------------------------------------------------------------------------

// Mustache spec, interpolation: the innermost context that has the first name decides; further names look only inside.
inline Json Renderer::find(const Op& op) {
  if (op.b == 0) return scopes_.top().value;
  const std::string_view* const names = &program_.path_names[op.a];
  std::size_t scope = scopes_.size();
  Json value;
  while (scope > 0 && !value.exists()) value = scopes_[--scope].value[names[0]];
  for (std::uint32_t part = 1; part < op.b; ++part) value = value[names[part]];
  charge(scopes_.size() - scope - 1 + op.b - 1);  // the first look is the operation's own
  return value;
}

inline void Renderer::writeValue(Json value, bool escape) {
  beginLine();
  if (value.isString()) return escape ? appendHtml(out_, value.asString()) : out_.append(value.asString());
  if (value.isNumber()) return out_.append(value.numberText());
  if (value.isBool()) return out_.append(value.asBool() ? "true" : "false");
  if (!value.isArray() && !value.isObject()) return;
  HtmlOutput html{out_};
  if (escape) writeJson(html, value);
  else writeJson(out_, value);
}

inline void Renderer::writeText(std::string_view text) {
  if (indents()) writeIndented(text);
  else out_.append(text);
}

void Renderer::writeIndented(std::string_view text) {
  while (!text.empty()) {
    beginLine();
    const std::size_t line_break = text.find('\n');
    const std::size_t size = line_break == text.npos ? text.size() : line_break + 1;
    out_.append(text.substr(0, size));
    line_start_ = line_break != text.npos;
    text.remove_prefix(size);
  }
}

inline void Renderer::beginLine() {
  if (!indents() || !line_start_) return;
  out_.append(indent());
  line_start_ = false;
}

// ---- limits
// -----------------------------------------------------------------------------------------------------------

bool Renderer::room() { return scopes_.size() - 1 + calls_.size() < limits_.max_depth; }

bool Renderer::tooDeep() {
  return fail(BF_E_LIMIT, "sections and partials are nested deeper than " + std::to_string(limits_.max_depth));
}

bool Renderer::outOfSteps() {
  ++at_;  // the operation that did not run
  return fail(BF_E_LIMIT, "rendering takes more than " + std::to_string(limits_.max_steps) + " steps");
}

bool Renderer::stopped() {
  if (out_.status() == BF_E_LIMIT)
    return fail(BF_E_LIMIT, "the output has more than " + std::to_string(limits_.max_output) + " bytes");
  return fail(out_.status(), "the host stopped the rendering");
}

bool Renderer::fail(bf_status status, const std::string& what) {
  const std::size_t op = std::min<std::size_t>(at_, program_.positions.size());
  const Position position = op > 0 ? program_.positions[op - 1] : Position();
  problem_ = {status, position.line, position.column, describeUnit(program_, position.unit) + ": " + what};
  return false;
}

}  // namespace belfry::mustache
