// One HTTP request as a plugin describes it. Secrets are named, never held.
//
//   HttpRequest r("POST", config.base_url + "/v1/messages");
//   r.bearer("api_key").json(body).commits();
//   return op.send(r);
#pragma once

#include <belfry/exchange.h>
#include <belfry/rope.hpp>
#include <belfry/url.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

class HttpRequest {
 public:
  /// `url` begins with scheme and host as plain text.
  HttpRequest(std::string_view method, Rope url) : method_(method), url_(std::move(url)) {}

  HttpRequest& header(std::string_view name, Rope value) {
    headers_.push_back({std::string(name), std::move(value)});
    return *this;
  }
  HttpRequest& bearer(std::string_view secret) { return header("Authorization", Rope("Bearer ").secret(secret)); }
  HttpRequest& bearerToken(std::string_view key) { return header("Authorization", Rope("Bearer ").token(key)); }
  /// RFC 7617. `user` may itself hold a secret.
  HttpRequest& basic(Rope user, std::string_view password_secret) {
    user.bytes(":").secret(password_secret);
    const auto pair = make(BF_MAKE_JOIN, {}, std::move(user), BF_XFORM_BASE64);
    return header("Authorization", Rope("Basic ").made(pair));
  }

  HttpRequest& body(Rope content, std::string_view content_type) {
    body_ = std::move(content);
    return header("Content-Type", content_type);
  }
  HttpRequest& json(Rope content) { return body(std::move(content), "application/json"); }
  HttpRequest& form(const Form& fields) { return body(fields.text(), "application/x-www-form-urlencoded"); }
  HttpRequest& form(Rope content) { return body(std::move(content), "application/x-www-form-urlencoded"); }

  /// It may deliver.
  HttpRequest& commits() { return flag(BF_HTTP_COMMITS); }
  /// It may deliver, and the provider drops doubles by a key in it.
  HttpRequest& commitsOnce() { return flag(BF_HTTP_COMMITS | BF_HTTP_IDEMPOTENT); }
  HttpRequest& timeoutMs(std::uint32_t ms) {
    timeout_ms_ = ms;
    return *this;
  }

  /// Something for the host to compute (BF_MAKE_*); the index goes into Rope::made.
  std::size_t make(std::int32_t kind, std::string_view key_secret, Rope data, std::int32_t xform, Rope header = {},
                   std::int32_t key_xform = BF_XFORM_RAW) {
    made_.push_back({kind, xform, std::string(key_secret), key_xform, std::move(data), std::move(header)});
    return made_.size() - 1;
  }

  /// AWS Signature Version 4, with the names of the secrets.
  HttpRequest& sigv4(std::string_view region, std::string_view service,
                     std::string_view access_key_id = "access_key_id",
                     std::string_view secret_access_key = "secret_access_key",
                     std::string_view session_token = "session_token") {
    sigv4_ = {std::string(region), std::string(service), std::string(access_key_id), std::string(secret_access_key),
              std::string(session_token)};
    return *this;
  }

  /// Calls `use(const bf_http&)` with views that live for the call, and gives back what it returns.
  template <class Use>
  auto with(Use&& use) const;

 private:
  struct Header {
    std::string name;
    Rope value;
  };
  struct Made {
    std::int32_t kind;
    std::int32_t xform;
    std::string key;
    std::int32_t key_xform;
    Rope data;
    Rope header;
  };
  struct SigV4 {
    std::string region, service, access_key_id, secret_access_key, session_token;
  };

  HttpRequest& flag(std::uint32_t bits) {
    flags_ |= bits;
    return *this;
  }

  std::string method_;
  Rope url_;
  std::vector<Header> headers_;
  Rope body_;
  std::vector<Made> made_;
  SigV4 sigv4_;
  std::uint32_t flags_ = 0;
  std::uint32_t timeout_ms_ = 0;
};

namespace detail {

/// Segment arrays that stay where they are while more are added.
class SegmentArrays {
 public:
  const bf_seg* put(const Rope& rope, std::size_t& n) {
    arrays_.push_back(rope.segments());
    n = arrays_.back().size();
    return arrays_.back().data();
  }

 private:
  std::deque<std::vector<bf_seg>> arrays_;
};

}  // namespace detail

template <class Use>
auto HttpRequest::with(Use&& use) const {
  detail::SegmentArrays arrays;
  std::vector<bf_header> headers;
  for (const auto& h : headers_) {
    bf_header out{str(h.name), nullptr, 0};
    out.value = arrays.put(h.value, out.n_value);
    headers.push_back(out);
  }
  std::deque<bf_make> made;
  std::vector<const bf_make*> made_pointers;
  for (const auto& m : made_) {
    bf_make out{};
    out.size = sizeof out;
    out.kind = m.kind;
    out.xform = m.xform;
    if (!m.key.empty()) out.key = secretSegment(m.key, m.key_xform);
    out.data = arrays.put(m.data, out.n_data);
    out.header = arrays.put(m.header, out.n_header);
    made.push_back(out);
    made_pointers.push_back(&made.back());
  }
  bf_sigv4 sigv4{};
  sigv4.size = sizeof sigv4;
  sigv4.region = str(sigv4_.region);
  sigv4.service = str(sigv4_.service);
  sigv4.access_key_id = secretSegment(sigv4_.access_key_id);
  sigv4.secret_access_key = secretSegment(sigv4_.secret_access_key);
  sigv4.session_token = secretSegment(sigv4_.session_token);

  bf_http http{};
  http.size = sizeof http;
  http.flags = flags_;
  http.method = str(method_);
  http.url = arrays.put(url_, http.n_url);
  http.headers = headers.data();
  http.n_headers = headers.size();
  http.body = arrays.put(body_, http.n_body);
  http.made = made_pointers.data();
  http.n_made = made_pointers.size();
  http.sigv4 = sigv4_.region.empty() ? nullptr : &sigv4;
  http.timeout_ms = timeout_ms_;
  return use(static_cast<const bf_http&>(http));
}

}  // namespace belfry
