#include "check/fake_host.h"

#include <cstring>

#include "check/outcome_names.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr std::size_t kArenaLimit = std::size_t{64} << 20;

std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }

/// Steele, Lea, Flood: SplitMix64 (OOPSLA 2014).
std::uint64_t splitMix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// ---- services ----
void ignoreLog(const bf_host*, std::int32_t, bf_str, const bf_kv*, std::size_t) {}

bf_status keyedHash(const bf_host*, bf_str data, std::uint8_t out[32]) {
  const auto hash = fakeKeyedHash(view(data));
  std::memcpy(out, hash.data(), hash.size());
  return BF_OK;
}

std::int32_t equal(const bf_host*, bf_str a, bf_str b) { return view(a) == view(b) ? 1 : 0; }

const void* getService(const bf_host*, const char* id) {
  static const bf_log_v1 log = {sizeof(bf_log_v1), 0, ignoreLog};
  static const bf_crypto_v1 crypto = {sizeof(bf_crypto_v1), 0, keyedHash, equal};
  if (std::string_view(id) == BF_LOG_1) return &log;
  if (std::string_view(id) == BF_CRYPTO_1) return &crypto;
  return nullptr;
}

// ---- emissions as JSON ----
class Body {
 public:
  explicit Body(Recorder& recorder) : recorder_(recorder) {}
  Body& text(const char* key, bf_str s) {
    if (s.n != 0) add(key, recorder_.text(s));
    return *this;
  }
  Body& number(const char* key, std::int64_t n) {
    if (n != 0) add(key, Value(n));
    return *this;
  }
  Body& add(const char* key, Value value) {
    object_.AddMember(Value(rapidjson::StringRef(key)), value, recorder_.json());
    return *this;
  }
  Value take() { return std::move(object_); }

 private:
  Recorder& recorder_;
  Value object_{rapidjson::kObjectType};
};

/// Text by lines: one string for each that ends with CRLF, and what is left as {"bytes": …}.
void appendLines(Recorder& recorder, std::string_view text, Value& out) {
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    if (end == std::string_view::npos) {
      out.PushBack(Body(recorder).text("bytes", {text.data(), text.size()}).take(), recorder.json());
      return;
    }
    out.PushBack(recorder.text({text.data(), end}), recorder.json());
    text.remove_prefix(end + 2);
  }
}

Value segment(Recorder& recorder, const bf_seg& seg) {
  Body body(recorder);
  if (seg.kind == BF_SEG_BLOB) body.add("blob", Value(seg.blob));
  else if (seg.kind == BF_SEG_SECRET) body.text("secret", seg.s);
  else body.text("bytes", seg.s);
  if (seg.xform == BF_XFORM_BASE64_MIME) body.add("xform", Value("base64_mime"));
  return body.take();
}

Value segments(Recorder& recorder, const bf_seg* list, std::size_t n) {
  Value out(rapidjson::kArrayType);
  for (std::size_t i = 0; i < n; ++i) {
    if (list[i].kind == BF_SEG_BYTES && list[i].xform == BF_XFORM_RAW) appendLines(recorder, view(list[i].s), out);
    else out.PushBack(segment(recorder, list[i]), recorder.json());
  }
  return out;
}

// ---- verbs ----
void* verbAlloc(bf_op* op, std::size_t n, std::size_t align) { return Recorder::of(op).allocate(n, align); }

bf_status verbSmtp(bf_op* op, const bf_smtp* s, std::uint32_t tag) {
  static constexpr const char* kTls[] = {"none", "starttls", "tls"};
  auto& recorder = Recorder::of(op);
  if (s->tls < BF_TLS_NONE || s->tls > BF_TLS_IMPLICIT || s->n_rcpts == 0 || s->host.n == 0) return BF_E_INVALID;
  Body body(recorder);
  body.text("host", s->host).number("port", s->port).add("tls", Value(rapidjson::StringRef(kTls[s->tls])));
  body.number("timeout_ms", s->timeout_ms).text("username", s->username);
  if (s->username.n != 0) body.add("password", segment(recorder, s->password));
  body.text("mail_from", s->mail_from);
  Value rcpts(rapidjson::kArrayType);
  for (std::size_t i = 0; i < s->n_rcpts; ++i) rcpts.PushBack(recorder.text(s->rcpts[i]), recorder.json());
  body.add("rcpts", std::move(rcpts)).add("message", segments(recorder, s->message, s->n_message));
  recorder.emit("smtp", body.take(), tag);
  return BF_OK;
}

bf_status verbResult(bf_op* op, const bf_result* r) {
  auto& recorder = Recorder::of(op);
  const auto outcome = outcomeName(r->outcome);
  if (outcome.empty()) return BF_E_INVALID;
  Body body(recorder);
  body.add("recipient", Value(r->recipient))
      .text("outcome", {outcome.data(), outcome.size()})
      .number("retry_after_ms", r->retry_after_ms);
  body.text("provider_id", r->provider_id).text("code", r->code).text("detail", r->detail);
  recorder.emit("result", body.take());
  return BF_OK;
}

bf_status verbCredential(bf_op* op, bf_str id, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  recorder.emit("credential", Body(recorder).text("id", id).take(), tag);
  return BF_OK;
}

bf_status verbClaims(bf_op* op, const bf_claims* c) {
  auto& recorder = Recorder::of(op);
  Body body(recorder);
  body.text("tenant", c->tenant)
      .text("subject", c->subject)
      .text("roles", c->roles)
      .text("scopes", c->scopes)
      .number("expires_at_ms", c->expires_at_ms);
  recorder.emit("claims", body.take());
  return BF_OK;
}

bf_status verbDecline(bf_op* op) {
  Recorder::of(op).emit("decline", Value(rapidjson::kObjectType));
  return BF_OK;
}

bf_status verbFail(bf_op* op, bf_str code, bf_str detail) {
  auto& recorder = Recorder::of(op);
  recorder.emit("fail", Body(recorder).text("code", code).text("detail", detail).take());
  return BF_OK;
}

std::int64_t verbNow(bf_op* op) { return Recorder::of(op).nowMs(); }
void verbRandom(bf_op* op, void* out, std::size_t n) { Recorder::of(op).random(out, n); }

}  // namespace

const bf_host& fakeHost() {
  static const bf_host host = {sizeof(bf_host), 0, getService};
  return host;
}

std::string fakeKeyedHash(std::string_view data) {
  std::uint64_t state = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : data) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string out;
  while (out.size() < 32) {
    const std::uint64_t word = splitMix(state);
    out.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return out;
}

const bf_ops& Recorder::ops() {
  static const bf_ops ops = {sizeof(bf_ops), 0,           verbAlloc, verbSmtp, verbResult, verbCredential,
                             verbClaims,     verbDecline, verbFail,  verbNow,  verbRandom};
  return ops;
}

Value Recorder::takeEmissions() {
  Value out = std::move(emissions_);
  emissions_ = Value(rapidjson::kArrayType);
  return out;
}

void* Recorder::allocate(std::size_t n, std::size_t align) {
  if (align == 0 || (align & (align - 1)) != 0 || n > kArenaLimit || align > kArenaLimit) return nullptr;
  auto& block = arena_.emplace_back(n + align);
  const auto address = reinterpret_cast<std::uintptr_t>(block.data());
  return block.data() + ((address + align - 1) / align * align - address);
}

void Recorder::random(void* out, std::size_t n) {
  auto* bytes = static_cast<unsigned char*>(out);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<unsigned char>(splitMix(random_state_));
}

void Recorder::emit(const char* verb, Value body) {
  Value emission(rapidjson::kObjectType);
  emission.AddMember(Value(rapidjson::StringRef(verb)), body, json_);
  emissions_.PushBack(emission, json_);
}

void Recorder::emit(const char* verb, Value body, std::uint32_t tag) {
  Value emission(rapidjson::kObjectType);
  emission.AddMember(Value(rapidjson::StringRef(verb)), body, json_);
  emission.AddMember("tag", Value(tag), json_);
  emissions_.PushBack(emission, json_);
}

Value Recorder::text(bf_str s) {
  Value out;
  out.SetString(s.n == 0 ? "" : s.p, static_cast<rapidjson::SizeType>(s.n), json_);
  return out;
}

}  // namespace belfry::check
