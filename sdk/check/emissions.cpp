#include "check/emissions.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <optional>

#include "check/crypto.h"
#include "check/event_names.h"
#include "check/outcome_names.h"
#include "check/utf8.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }
Value word(std::string_view text) { return Value(rapidjson::StringRef(text.data(), text.size())); }

constexpr std::array<std::string_view, 9> kTransforms = {"raw",       "base64_mime", "base64", "base64url", "hex",
                                                         "urlencode", "json",        "whsec",  "url_rest"};
constexpr std::array<std::string_view, 7> kMakes = {"",       "join",      "hmac_sha1", "hmac_sha256",
                                                    "sha256", "jwt_rs256", "jwt_es256"};

template <std::size_t N>
std::string_view nameOf(const std::array<std::string_view, N>& names, std::int32_t number) {
  return number >= 0 && static_cast<std::size_t>(number) < N ? names[static_cast<std::size_t>(number)] : "unknown";
}

/// An object under construction.
class Body {
 public:
  Body(Emissions& emissions, Emissions::Allocator& json) : emissions_(emissions), json_(json) {}
  Body& text(const char* key, bf_str s) {
    if (s.n != 0) add(key, emissions_.text(view(s)));
    return *this;
  }
  Body& number(const char* key, std::int64_t n) {
    if (n != 0) add(key, Value(n));
    return *this;
  }
  Body& flag(const char* key, bool set) {
    if (set) add(key, Value(true));
    return *this;
  }
  Body& add(const char* key, Value value) {
    object_.AddMember(Value(rapidjson::StringRef(key)), value, json_);
    return *this;
  }
  Value take() { return std::move(object_); }

 private:
  Emissions& emissions_;
  Emissions::Allocator& json_;
  Value object_{rapidjson::kObjectType};
};

bool isPlain(const bf_seg& seg) { return seg.kind == BF_SEG_BYTES && seg.xform == BF_XFORM_RAW; }

std::optional<std::string> plainText(const bf_seg* list, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) {
    if (!isPlain(list[i])) return std::nullopt;
    out += view(list[i].s);
  }
  return out;
}

bool sameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  return true;
}

bool saysJson(const bf_http& http) {
  for (std::size_t i = 0; i < http.n_headers; ++i) {
    if (!sameName(view(http.headers[i].name), "content-type")) continue;
    const auto type = plainText(http.headers[i].value, http.headers[i].n_value).value_or("");
    return type.rfind("application/json", 0) == 0 || type.rfind("application/x-amz-json", 0) == 0;
  }
  return false;
}

/// A document only where writing it again gives the same bytes: vectors are exact to the byte.
bool sameJson(const std::string& text, Emissions::Allocator& json, Value& out) {
  rapidjson::Document document(&json);
  document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) return false;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  if (text != std::string_view(buffer.GetString(), buffer.GetSize())) return false;
  out.Swap(document);
  return true;
}

}  // namespace

Value Emissions::text(std::string_view s) {
  if (isUtf8(s)) return Value(s.empty() ? "" : s.data(), static_cast<rapidjson::SizeType>(s.size()), json_);
  const auto encoded = encodeBase64(s);
  return Body(*this, json_).text("base64", {encoded.data(), encoded.size()}).take();
}

Value Emissions::segment(const bf_seg& seg) {
  Body body(*this, json_);
  switch (seg.kind) {
    case BF_SEG_BYTES: body.add("bytes", text(view(seg.s))); break;
    case BF_SEG_BLOB: body.add("blob", Value(seg.blob)); break;
    case BF_SEG_SECRET: body.text("secret", seg.s); break;
    case BF_SEG_TOKEN: body.text("token", seg.s); break;
    case BF_SEG_MADE: body.add("made", Value(seg.blob)); break;
    default: body.add("kind", Value(seg.kind)); break;
  }
  if (seg.xform != BF_XFORM_RAW) body.add("xform", word(nameOf(kTransforms, seg.xform)));
  return body.take();
}

void Emissions::lines(std::string_view left, Value& out) {
  while (!left.empty()) {
    const auto end = left.find("\r\n");
    if (end == std::string_view::npos) {
      out.PushBack(Body(*this, json_).add("bytes", text(left)).take(), json_);
      return;
    }
    out.PushBack(text(left.substr(0, end)), json_);
    left.remove_prefix(end + 2);
  }
}

Value Emissions::segments(const bf_seg* list, std::size_t n, bool by_lines) {
  Value out(rapidjson::kArrayType);
  for (std::size_t i = 0; i < n; ++i) {
    if (!isPlain(list[i])) {
      out.PushBack(segment(list[i]), json_);
      continue;
    }
    std::string joined(view(list[i].s));
    while (!by_lines && i + 1 < n && isPlain(list[i + 1])) joined += view(list[++i].s);
    if (by_lines) lines(joined, out);
    else out.PushBack(text(joined), json_);
  }
  return out;
}

Value Emissions::rope(const bf_seg* list, std::size_t n) {
  const auto plain = plainText(list, n);
  return plain ? text(*plain) : segments(list, n, false);
}

Value Emissions::headers(const bf_header* list, std::size_t n) {
  Value out(rapidjson::kArrayType);
  for (std::size_t i = 0; i < n; ++i) {
    const auto plain = plainText(list[i].value, list[i].n_value);
    if (plain) {
      out.PushBack(text(std::string(view(list[i].name)) + ": " + *plain), json_);
      continue;
    }
    Value header(rapidjson::kObjectType);
    header.AddMember(text(view(list[i].name)), segments(list[i].value, list[i].n_value, false), json_);
    out.PushBack(header, json_);
  }
  return out;
}

Value Emissions::made(const bf_make& make) {
  Body body(*this, json_);
  body.add("make", word(nameOf(kMakes, make.kind)));
  if (make.xform != BF_XFORM_RAW) body.add("xform", word(nameOf(kTransforms, make.xform)));
  if (make.key.kind == BF_SEG_SECRET) body.add("key", segment(make.key));
  body.add("data", rope(make.data, make.n_data));
  if (make.n_header != 0) body.add("header", rope(make.header, make.n_header));
  return body.take();
}

Value Emissions::sigv4(const bf_sigv4& s) {
  Body body(*this, json_);
  body.text("region", s.region).text("service", s.service);
  body.add("access_key_id", segment(s.access_key_id)).add("secret_access_key", segment(s.secret_access_key));
  if (s.session_token.s.n != 0) body.add("session_token", segment(s.session_token));
  return body.take();
}

void Emissions::body(const bf_http& http, Value& out) {
  if (http.n_body == 0) return;
  const auto plain = plainText(http.body, http.n_body);
  if (plain && saysJson(http))
    if (Value document; sameJson(*plain, json_, document)) {
      out.AddMember("json", document, json_);
      return;
    }
  out.AddMember("body", rope(http.body, http.n_body), json_);
}

Value Emissions::http(const bf_http& h) {
  Body body(*this, json_);
  body.text("method", h.method).add("url", rope(h.url, h.n_url));
  if (h.n_headers != 0) body.add("headers", headers(h.headers, h.n_headers));
  Value out = body.take();
  this->body(h, out);
  if (h.n_made != 0) {
    Value list(rapidjson::kArrayType);
    for (std::size_t i = 0; i < h.n_made; ++i) list.PushBack(made(*h.made[i]), json_);
    out.AddMember("made", list, json_);
  }
  if (h.sigv4) out.AddMember("sigv4", sigv4(*h.sigv4), json_);
  if (h.flags & BF_HTTP_COMMITS) out.AddMember("commits", true, json_);
  if (h.flags & BF_HTTP_IDEMPOTENT) out.AddMember("idempotent", true, json_);
  if (h.timeout_ms != 0) out.AddMember("timeout_ms", h.timeout_ms, json_);
  if (h.max_response != 0) out.AddMember("max_response", h.max_response, json_);
  return out;
}

Value Emissions::smtp(const bf_smtp& s) {
  static constexpr std::array<std::string_view, 3> kTls = {"none", "starttls", "tls"};
  static constexpr std::pair<std::uint32_t, std::string_view> kNotify[] = {
      {BF_DSN_NEVER, "never"}, {BF_DSN_SUCCESS, "success"}, {BF_DSN_FAILURE, "failure"}, {BF_DSN_DELAY, "delay"}};
  Body body(*this, json_);
  body.text("host", s.host).number("port", s.port).add("tls", word(nameOf(kTls, s.tls)));
  body.number("timeout_ms", s.timeout_ms).text("username", s.username);
  if (s.username.n != 0) body.add("password", segment(s.password));
  body.text("mail_from", s.mail_from);
  Value rcpts(rapidjson::kArrayType);
  for (std::size_t i = 0; i < s.n_rcpts; ++i) rcpts.PushBack(text(view(s.rcpts[i])), json_);
  body.add("rcpts", std::move(rcpts)).add("message", segments(s.message, s.n_message, true));
  if (s.dkim)
    body.add("dkim", Body(*this, json_)
                         .text("domain", s.dkim->domain)
                         .text("selector", s.dkim->selector)
                         .add("private_key", segment(s.dkim->private_key))
                         .take());
  body.text("helo", s.helo);
  if (s.dsn_notify != 0) {
    Value notify(rapidjson::kArrayType);
    for (const auto& [bit, name] : kNotify)
      if (s.dsn_notify & bit) notify.PushBack(word(name), json_);
    body.add("dsn_notify", std::move(notify));
  }
  if (s.dsn_ret == BF_DSN_RET_HEADERS) body.add("dsn_ret", word("headers"));
  return body.text("dsn_envid", s.dsn_envid).take();
}

Value Emissions::result(const bf_result& r) {
  Body body(*this, json_);
  body.add("recipient", Value(r.recipient)).add("outcome", word(outcomeName(r.outcome)));
  body.number("retry_after_ms", r.retry_after_ms);
  return body.text("provider_id", r.provider_id).text("code", r.code).text("detail", r.detail).take();
}

Value Emissions::item(const bf_item& i) {
  Body body(*this, json_);
  body.add("recipient", Value(i.recipient)).text("title", i.title).text("body", i.body);
  body.text("category", i.category).text("action_url", i.action_url).text("icon", i.icon);
  return body.text("data_json", i.data_json).take();
}

Value Emissions::event(const bf_event& e) {
  Body body(*this, json_);
  body.add("type", word(eventName(e.type))).text("delivery_id", e.delivery_id).number("attempt", e.attempt);
  body.flag("suppress", e.suppress != 0).text("provider_id", e.provider_id).text("dedupe_key", e.dedupe_key);
  body.number("at_ms", e.at_ms).text("recipient", e.recipient).text("code", e.code).text("detail", e.detail);
  return body.text("url", e.url).take();
}

Value Emissions::reply(std::int32_t status, const bf_kv* headers, std::size_t n, bf_str content, bf_str code) {
  Body body(*this, json_);
  body.add("status", Value(status)).text("code", code);
  if (n != 0) {
    Value list(rapidjson::kArrayType);
    for (std::size_t i = 0; i < n; ++i)
      list.PushBack(text(std::string(view(headers[i].key)) + ": " + std::string(view(headers[i].value))), json_);
    body.add("headers", std::move(list));
  }
  return body.text("body", content).take();
}

Value Emissions::claims(const bf_claims& c) {
  Body body(*this, json_);
  body.text("tenant", c.tenant).text("subject", c.subject).text("roles", c.roles).text("scopes", c.scopes);
  return body.number("expires_at_ms", c.expires_at_ms).take();
}

Value Emissions::signedText(const bf_signed& s) {
  const auto signature = encodeBase64(view(s.signature));
  Body body(*this, json_);
  body.add("alg", word(s.alg == BF_MAC_HMAC_SHA256 ? "hmac_sha256" : "unknown")).text("tenant", s.tenant);
  body.text("key_id", s.key_id).text("data", s.data);
  return body.text("signature_base64", {signature.data(), signature.size()}).take();
}

}  // namespace belfry::check
