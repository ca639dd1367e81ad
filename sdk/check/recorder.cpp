#include "check/recorder.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "check/event_names.h"
#include "check/outcome_names.h"
#include "check/random.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr std::uint32_t kMostUnderWay = 16;
constexpr std::uint32_t kMostTagged = 64;
constexpr std::uint32_t kMostEvents = 10000;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

Value Recorder::takeEmissions() {
  Value out = std::move(list_);
  list_ = Value(rapidjson::kArrayType);
  return out;
}

void* Recorder::allocate(std::size_t n, std::size_t align) {
  ++allocations_;
  if (frame_.failing_alloc != 0 && allocations_ >= frame_.failing_alloc) return nullptr;
  if (align == 0 || (align & (align - 1)) != 0 || n > frame_.arena_limit || align > 4096) return nullptr;
  if (allocated_ + n > frame_.arena_limit) return nullptr;
  allocated_ += n;
  auto& block = arena_.emplace_back(n + align);
  const auto address = reinterpret_cast<std::uintptr_t>(block.data());
  return block.data() + ((address + align - 1) / align * align - address);
}

void Recorder::poisonArena() {
  for (auto& block : arena_) std::fill(block.begin(), block.end(), '\x5a');
}

void Recorder::random(void* out, std::size_t n) {
  auto* bytes = static_cast<unsigned char*>(out);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<unsigned char>(splitMix(progress_.random_state));
}

bf_status Recorder::fault(const char* rule, std::string detail, bf_status status) {
  faults_.push_back({rule, std::move(detail)});
  return status;
}

bf_status Recorder::admit(const char* verb, std::initializer_list<std::int32_t> kinds) {
  const bool fits =
      frame_.kind == 0 || kinds.size() == 0 || std::find(kinds.begin(), kinds.end(), frame_.kind) != kinds.end();
  if (!fits)
    return fault("wrong_kind", std::string(verb) + " does not belong to this kind of request", BF_E_UNSUPPORTED);
  if (frame_.kind != 0 && progress_.answered)
    return fault("after_end", std::string(verb) + " after the answer was given", BF_E_STATE);
  return BF_OK;
}

bf_status Recorder::admitHost(std::string_view host) {
  if (host.empty()) return BF_E_INVALID;
  if (!frame_.reach || frame_.reach->host(host)) return BF_OK;
  return fault("egress", "an exchange with " + quoted(host), BF_E_DENIED);
}

bf_status Recorder::admitSegments(const bf_seg* list, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::string_view name(list[i].s.n == 0 ? "" : list[i].s.p, list[i].s.n);
    if (list[i].kind < BF_SEG_BYTES || list[i].kind > BF_SEG_MADE || list[i].xform < BF_XFORM_RAW ||
        list[i].xform > BF_XFORM_URL_REST)
      return fault("segment", "a segment of a kind or transform that is none", BF_E_INVALID);
    if (list[i].kind == BF_SEG_SECRET && frame_.reach && !frame_.reach->secret(name))
      return fault("secret_undeclared", "a segment with the secret " + quoted(name), BF_E_DENIED);
    if (list[i].kind == BF_SEG_TOKEN && frame_.kind != 0 && progress_.tokens.count(std::string(name)) == 0)
      return fault("token_unasked", "a segment with the token " + quoted(name), BF_E_INVALID);
  }
  return BF_OK;
}

bf_status Recorder::admitUrl(const bf_seg* list, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    if (list[i].xform == BF_XFORM_URL_REST && (n != 2 || i != 1 || list[i].kind != BF_SEG_SECRET))
      return fault("segment", "url_rest anywhere but in a secret that ends a URL of two segments", BF_E_INVALID);
  if (const auto refused = admitSegments(list, n)) return refused;
  if (n != 2 || list[1].xform != BF_XFORM_URL_REST || !frame_.secrets) return BF_OK;
  const auto value = secretValue(*frame_.secrets, {list[1].s.p, list[1].s.n});
  const std::string_view start(list[0].s.p, list[0].s.n);
  return value && value->compare(0, start.size(), start) != 0 ? BF_E_DENIED : BF_OK;
}

bf_status Recorder::admitHeader(const bf_header& header) {
  const auto breaks = [](bf_str s) {
    for (std::size_t i = 0; i < s.n; ++i)
      if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0') return true;
    return false;
  };
  bool broken = header.name.n == 0 || breaks(header.name);
  for (std::size_t i = 0; i < header.n_value; ++i)
    broken = broken || (header.value[i].kind == BF_SEG_BYTES && breaks(header.value[i].s));
  if (broken) return fault("header_break", "a header with a line break or NUL in it", BF_E_INVALID);
  return admitSegments(header.value, header.n_value);
}

void Recorder::watch(const Value& value) {
  const auto look = [&](const Value& text) {
    const auto name = secretShownIn(*frame_.secrets, {text.GetString(), text.GetStringLength()});
    if (!name.empty()) fault("secret_shown", "the value of the secret " + quoted(name) + " is in what it emits", BF_OK);
  };
  if (value.IsString()) look(value);
  if (value.IsArray())
    for (const auto& item : value.GetArray()) watch(item);
  if (value.IsObject())
    for (const auto& member : value.GetObject()) {
      look(member.name);
      watch(member.value);
    }
}

bf_status Recorder::emit(const char* verb, Value body) {
  if (frame_.secrets && !frame_.secrets->empty()) watch(body);
  Value emission(rapidjson::kObjectType);
  emission.AddMember(Value(rapidjson::StringRef(verb)), body, json_);
  list_.PushBack(emission, json_);
  return BF_OK;
}

bf_status Recorder::emitTagged(const char* verb, Value body, std::uint32_t tag) {
  if (progress_.waiting.count(tag) != 0)
    return fault("tag_twice", "tag " + std::to_string(tag) + " is under way already", BF_E_STATE);
  if (progress_.waiting.size() >= kMostUnderWay || progress_.tagged >= kMostTagged)
    return fault("too_many", "more than 16 tagged verbs at once, or 64 in all", BF_E_LIMIT);
  progress_.waiting[tag] = verb;
  ++progress_.tagged;
  emit(verb, std::move(body));
  list_[list_.Size() - 1].AddMember("tag", Value(tag), json_);
  return BF_OK;
}

void Recorder::settle(std::uint32_t tag) { progress_.waiting.erase(tag); }

bf_status Recorder::result(const bf_result& r) {
  if (outcomeName(r.outcome).empty())
    return fault("outcome", "outcome " + std::to_string(r.outcome) + " is none", BF_E_INVALID);
  if (r.recipient >= frame_.recipients)
    return fault("recipient",
                 "a result for recipient " + std::to_string(r.recipient) + " of " + std::to_string(frame_.recipients),
                 BF_E_INVALID);
  if (frame_.kind != 0 && !progress_.results.insert(r.recipient).second)
    return fault("two_results", "a second result for recipient " + std::to_string(r.recipient), BF_E_STATE);
  return emit("result", emissions_.result(r));
}

bf_status Recorder::item(const bf_item& i) {
  if (i.recipient >= frame_.recipients || !progress_.items.insert(i.recipient).second ||
      progress_.results.count(i.recipient) != 0)
    return fault("item", "an item for recipient " + std::to_string(i.recipient) + " that cannot have one", BF_E_STATE);
  return emit("item", emissions_.item(i));
}

bf_status Recorder::event(const bf_event& e) {
  if (eventName(e.type).empty() || (e.delivery_id.n == 0 && e.provider_id.n == 0)) return BF_E_INVALID;
  if (++progress_.events > kMostEvents) return BF_E_LIMIT;
  return emit("event", emissions_.event(e));
}

bool Recorder::whole() const {
  if (progress_.answered) return true;
  const bool by_results = frame_.kind == BF_REQ_SEND || frame_.kind == BF_REQ_PROBE || frame_.kind == BF_REQ_STATUS;
  return by_results && progress_.results.size() >= frame_.recipients;
}

void Recorder::close(std::int32_t step) {
  if (frame_.kind == 0) return;
  if (step == BF_STEP_DONE && !whole())
    fault("no_answer",
          "it says done, and " + (frame_.kind == BF_REQ_SEND
                                      ? std::to_string(frame_.recipients - progress_.results.size()) + " of " +
                                            std::to_string(frame_.recipients) + " results are missing"
                                      : std::string("the answer is missing")),
          BF_OK);
  if (step == BF_STEP_WAIT && progress_.waiting.empty())
    fault("waits_for_nothing", "it waits, and nothing is under way", BF_OK);
  if (step != BF_STEP_DONE && step != BF_STEP_WAIT && step != BF_STEP_ERROR)
    fault("step", "it returns " + std::to_string(step), BF_OK);
}

std::string mend(const std::string& rule) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kMends = {{
      {"two_results", "emit exactly one result for each message; op.done ends the operation"},
      {"no_answer", "emit what the kind of request must have before BF_STEP_DONE (belfry/steps.h), or fail"},
      {"waits_for_nothing", "return BF_STEP_WAIT only after a verb with a tag: return op.send(…)"},
      {"recipient", "use the index of the message in the request: Send::index()"},
      {"outcome", "use one of BF_ACCEPTED … BF_UNKNOWN"},
      {"secret_shown", "never hold a secret: name it in a segment, Rope::secret(name)"},
      {"secret_undeclared", "add it to `secrets` of the manifest"},
      {"egress", "add the host to `egress.hosts`, or the config key that names it to `egress.config_keys`"},
      {"segment", "use BF_SEG_* and BF_XFORM_*"},
      {"token_unasked", "ask with op.token(key) first, and use it when that has come back"},
      {"after_end", "emit nothing once the operation has its answer"},
      {"wrong_kind", "see belfry/steps.h for the kinds of request that a verb belongs to"},
      {"tag_twice", "give each exchange that is under way at the same time a tag of its own"},
      {"too_many", "do it in fewer steps: at most 16 tagged verbs at once, 64 in all"},
      {"item", "emit at most one item for each message, before its result"},
      {"step", "return BF_STEP_DONE, BF_STEP_WAIT or BF_STEP_ERROR"},
      {"header_break", "refuse or encode line breaks before text of a message goes into a header"},
      {"request", "give a method and an absolute URL whose scheme and host are plain text in the first segment"},
      {"login", "name recipients and a message; in a probe neither, which logs in and no more"},
      {"sleep", "sleep at most 60 000 ms at once"},
      {"reply", "answer a callback with a status from 200 to 599"},
      {"not_utf8", "put only valid UTF-8 into results and events: the provider's bytes may be anything"},
  }};
  for (const auto& [name, text] : kMends)
    if (name == rule) return std::string(text);
  return "see belfry/steps.h";
}

}  // namespace belfry::check
