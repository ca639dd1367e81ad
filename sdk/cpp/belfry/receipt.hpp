// A receipt under construction, and the callback or question that it answers. Views: what they show must live until
// ChannelOp::event returns.
#pragma once

#include <belfry/steps.h>
#include <belfry/send.hpp>
#include <belfry/url.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

struct Receipt {
  std::int32_t type = 0;  ///< BF_RECEIPT_*
  std::string_view delivery_id;
  std::uint32_t attempt = 0;
  std::string_view provider_id;
  std::string_view dedupe_key;
  std::int64_t at_ms = 0;
  std::string_view recipient;
  std::string_view code;
  std::string_view detail;
  std::string_view url;
  bool suppress = false;

  bf_event abi() const {
    bf_event out{};
    out.size = sizeof out;
    out.type = type;
    out.delivery_id = str(delivery_id);
    out.attempt = attempt;
    out.suppress = suppress ? 1 : 0;
    out.provider_id = str(provider_id);
    out.dedupe_key = str(dedupe_key);
    out.at_ms = at_ms;
    out.recipient = str(recipient);
    out.code = str(code);
    out.detail = str(detail);
    out.url = str(url);
    return out;
  }
};

/// A callback as it came in. Views are valid until webhook() returns.
class Webhook {
 public:
  explicit Webhook(const bf_webhook& raw) : raw_(&raw) {}

  std::string_view method() const { return view(raw_->method); }
  std::string_view url() const { return view(raw_->url); }
  std::string_view query() const { return view(raw_->query); }
  std::string_view body() const { return view(raw_->body); }
  /// By its name in lower case; empty when absent.
  std::string_view header(std::string_view name) const { return find(raw_->headers, raw_->n_headers, name); }
  bool hasHeader(std::string_view name) const { return has(raw_->headers, raw_->n_headers, name); }
  /// When it came in, Unix milliseconds: what time stamps are judged by.
  std::int64_t receivedMs() const { return raw_->received_ms; }

  /// Decoded; empty when absent or malformed.
  std::string queryParam(std::string_view name) const {
    const auto params = parseParams(query());
    return params ? std::string(param(*params, name)) : std::string();
  }
  /// What correlated() put into the callback URL.
  std::string deliveryId() const { return queryParam("delivery"); }
  std::uint32_t attempt() const { return number(queryParam("attempt")); }

  static std::uint32_t number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : 0;
  }

 private:
  const bf_webhook* raw_;
};

/// A callback URL that brings our delivery and attempt back. Only for one that is not empty: a host without a public
/// address has none.
inline std::string correlated(std::string_view callback_url, const Send& send) {
  const char* join = callback_url.find('?') == std::string_view::npos ? "?" : "&";
  return std::string(callback_url) + join + "delivery=" + percentEncoded(send.deliveryId()) +
         "&attempt=" + std::to_string(send.attempt());
}

/// A message that the provider is asked about.
class Query {
 public:
  explicit Query(const bf_query& raw) : raw_(&raw) {}
  std::string_view deliveryId() const { return view(raw_->delivery_id); }
  std::string_view providerId() const { return view(raw_->provider_id); }
  std::string_view to() const { return view(raw_->to); }
  std::uint32_t attempt() const { return raw_->attempt; }
  std::int64_t createdMs() const { return raw_->created_ms; }

 private:
  const bf_query* raw_;
};

}  // namespace belfry
