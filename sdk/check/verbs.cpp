// The table of verbs: arguments to the recorder.
#include "check/recorder.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }

Value named(Recorder& recorder, const char* key, bf_str s) {
  Value out(rapidjson::kObjectType);
  out.AddMember(Value(rapidjson::StringRef(key)), recorder.emissions().text(view(s)), recorder.json());
  return out;
}

namespace verb {

void* alloc(bf_op* op, std::size_t n, std::size_t align) { return Recorder::of(op).allocate(n, align); }

bf_status admitParts(Recorder& recorder, const bf_http& h) {
  bf_status status = recorder.admitUrl(h.url, h.n_url);
  for (std::size_t i = 0; i < h.n_headers && status == BF_OK; ++i) {
    const auto& header = h.headers[i];
    status = recorder.admitHeader(header);
  }
  if (status == BF_OK) status = recorder.admitSegments(h.body, h.n_body);
  for (std::size_t i = 0; i < h.n_made && status == BF_OK; ++i) {
    const auto& make = *h.made[i];
    if (make.kind < BF_MAKE_JOIN || make.kind > BF_MAKE_JWT_ES256) return BF_E_INVALID;
    status = recorder.admitSegments(make.data, make.n_data);
    if (status == BF_OK && make.key.kind == BF_SEG_SECRET) status = recorder.admitSegments(&make.key, 1);
    if (status == BF_OK) status = recorder.admitSegments(make.header, make.n_header);
  }
  if (status == BF_OK && h.sigv4) status = recorder.admitSegments(&h.sigv4->access_key_id, 1);
  if (status == BF_OK && h.sigv4) status = recorder.admitSegments(&h.sigv4->secret_access_key, 1);
  return status;
}

bool isMethod(std::string_view method) {
  for (const char* known : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    if (method == known) return true;
  return false;
}

bf_status http(bf_op* op, const bf_http* h, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("http", {})) return refused;
  const bool begins = h->n_url != 0 && h->url[0].kind == BF_SEG_BYTES;
  const auto host = begins ? Reach::hostOf(view(h->url[0].s)) : std::string();
  if (host.empty() || !isMethod(view(h->method)))
    return recorder.fault(
        "request", "an HTTP request without a method, or without scheme and host in the first segment", BF_E_INVALID);
  if (const auto refused = recorder.admitHost(host)) return refused;
  if (const auto refused = admitParts(recorder, *h)) return refused;
  return recorder.emitTagged("http", recorder.emissions().http(*h), tag);
}

bf_status smtp(bf_op* op, const bf_smtp* s, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("smtp", {BF_REQ_SEND, BF_REQ_PROBE})) return refused;
  if (s->tls < BF_TLS_NONE || s->tls > BF_TLS_IMPLICIT || s->host.n == 0) return BF_E_INVALID;
  const bool login = s->n_rcpts == 0 && s->n_message == 0;
  if (login != (recorder.frame().kind == BF_REQ_PROBE) && recorder.frame().kind != 0)
    return recorder.fault("login", login ? "a mail transaction without recipients" : "a mail in a probe", BF_E_DENIED);
  if (const auto refused = recorder.admitHost(view(s->host))) return refused;
  if (const auto refused = recorder.admitSegments(s->message, s->n_message)) return refused;
  if (s->username.n != 0)
    if (const auto refused = recorder.admitSegments(&s->password, 1)) return refused;
  if (s->dkim)
    if (const auto refused = recorder.admitSegments(&s->dkim->private_key, 1)) return refused;
  return recorder.emitTagged("smtp", recorder.emissions().smtp(*s), tag);
}

bf_status token(bf_op* op, bf_str key, std::int32_t fresh, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("token", {BF_REQ_SEND, BF_REQ_PROBE, BF_REQ_STATUS})) return refused;
  Value body = named(recorder, "key", key);
  if (fresh != 0) body.AddMember("fresh", true, recorder.json());
  recorder.knowToken(view(key));
  return recorder.emitTagged("token", std::move(body), tag);
}

bf_status putToken(bf_op* op, bf_str value, std::uint32_t ttl_s) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("put_token", {BF_REQ_TOKEN})) return refused;
  Value body = named(recorder, "token", value);
  body.AddMember("ttl_s", ttl_s, recorder.json());
  recorder.answered();
  return recorder.emit("put_token", std::move(body));
}

bf_status sleep(bf_op* op, std::uint32_t ms, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused =
          recorder.admit("sleep", {BF_REQ_SEND, BF_REQ_WEBHOOK, BF_REQ_PROBE, BF_REQ_TOKEN, BF_REQ_STATUS}))
    return refused;
  if (ms > 60000) return recorder.fault("sleep", "a sleep of " + std::to_string(ms) + " ms", BF_E_LIMIT);
  Value body(rapidjson::kObjectType);
  body.AddMember("ms", ms, recorder.json());
  return recorder.emitTagged("sleep", std::move(body), tag);
}

bf_status get(bf_op* op, bf_str key, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused =
          recorder.admit("get", {BF_REQ_SEND, BF_REQ_WEBHOOK, BF_REQ_PROBE, BF_REQ_TOKEN, BF_REQ_STATUS}))
    return refused;
  return recorder.emitTagged("get", named(recorder, "key", key), tag);
}

bf_status put(bf_op* op, bf_str key, bf_str value, std::uint32_t ttl_s) {
  auto& recorder = Recorder::of(op);
  if (const auto refused =
          recorder.admit("put", {BF_REQ_SEND, BF_REQ_WEBHOOK, BF_REQ_PROBE, BF_REQ_TOKEN, BF_REQ_STATUS}))
    return refused;
  constexpr std::size_t kMostBytes = 64 * 1024;
  constexpr std::uint32_t kMostSeconds = 90u * 24 * 3600;
  if (value.n > kMostBytes || ttl_s > kMostSeconds) return BF_E_LIMIT;
  Value body = named(recorder, "key", key);
  body.AddMember("value", recorder.emissions().text(view(value)), recorder.json());
  body.AddMember("ttl_s", ttl_s, recorder.json());
  return recorder.emit("put", std::move(body));
}

bf_status readBlob(bf_op* op, std::uint64_t blob, std::uint64_t offset, void* out, std::size_t n, std::size_t* got) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("read_blob", {BF_REQ_SEND})) return refused;
  const auto found = recorder.frame().blobs.find(blob);
  if (found == recorder.frame().blobs.end()) return BF_E_INVALID;
  *got = offset < found->second.size() ? found->second.copy(static_cast<char*>(out), n, offset) : 0;
  return BF_OK;
}

bf_status result(bf_op* op, const bf_result* r) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("result", {BF_REQ_SEND, BF_REQ_PROBE, BF_REQ_STATUS})) return refused;
  return recorder.result(*r);
}

bf_status item(bf_op* op, const bf_item* i) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("item", {BF_REQ_SEND})) return refused;
  return recorder.item(*i);
}

bf_status event(bf_op* op, const bf_event* e) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("event", {BF_REQ_WEBHOOK, BF_REQ_STATUS})) return refused;
  return recorder.event(*e);
}

bf_status reply(bf_op* op, std::int32_t status, const bf_kv* headers, std::size_t n, bf_str body, bf_str code) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("reply", {BF_REQ_WEBHOOK})) return refused;
  if (status < 200 || status > 599) return recorder.fault("reply", "status " + std::to_string(status), BF_E_INVALID);
  recorder.answered();
  return recorder.emit("reply", recorder.emissions().reply(status, headers, n, body, code));
}

bf_status credential(bf_op* op, bf_str id, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("credential", {BF_REQ_AUTHENTICATE})) return refused;
  return recorder.emitTagged("credential", named(recorder, "id", id), tag);
}

bf_status verify(bf_op* op, const bf_signed* what, std::uint32_t tag) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("verify", {BF_REQ_AUTHENTICATE})) return refused;
  return recorder.emitTagged("verify", recorder.emissions().signedText(*what), tag);
}

bf_status claims(bf_op* op, const bf_claims* c) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("claims", {BF_REQ_AUTHENTICATE})) return refused;
  recorder.answered();
  return recorder.emit("claims", recorder.emissions().claims(*c));
}

bf_status decline(bf_op* op) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("decline", {BF_REQ_AUTHENTICATE})) return refused;
  recorder.answered();
  return recorder.emit("decline", Value(rapidjson::kObjectType));
}

bf_status fail(bf_op* op, bf_str code, bf_str detail) {
  auto& recorder = Recorder::of(op);
  if (const auto refused = recorder.admit("fail", {})) return refused;
  Value body(rapidjson::kObjectType);
  if (code.n != 0) body.AddMember("code", recorder.emissions().text(view(code)), recorder.json());
  if (detail.n != 0) body.AddMember("detail", recorder.emissions().text(view(detail)), recorder.json());
  recorder.answered();
  return recorder.emit("fail", std::move(body));
}

std::int64_t now(bf_op* op) { return Recorder::of(op).frame().now_ms; }
void random(bf_op* op, void* out, std::size_t n) { Recorder::of(op).random(out, n); }

}  // namespace verb
}  // namespace

const bf_ops& Recorder::ops() {
  static const bf_ops ops = {sizeof(bf_ops), 0,           verb::alloc, verb::http,       verb::smtp,     verb::token,
                             verb::putToken, verb::sleep, verb::get,   verb::put,        verb::readBlob, verb::result,
                             verb::item,     verb::event, verb::reply, verb::credential, verb::verify,   verb::claims,
                             verb::decline,  verb::fail,  verb::now,   verb::random};
  return ops;
}

}  // namespace belfry::check
