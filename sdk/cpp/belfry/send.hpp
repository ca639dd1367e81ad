// What a channel plugin is asked to send, and what it says became of it. Views are valid until begin returns.
#pragma once

#include <belfry/steps.h>
#include <belfry/rope.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace belfry {

inline std::string_view find(const bf_kv* pairs, std::size_t n, std::string_view key) {
  for (std::size_t i = 0; i < n; ++i)
    if (view(pairs[i].key) == key) return view(pairs[i].value);
  return {};
}

inline bool has(const bf_kv* pairs, std::size_t n, std::string_view key) {
  for (std::size_t i = 0; i < n; ++i)
    if (view(pairs[i].key) == key) return true;
  return false;
}

/// One rendered message for one recipient.
class Send {
 public:
  Send(const bf_msg& msg, std::uint32_t index) : msg_(&msg), index_(index) {}

  std::uint32_t index() const { return index_; }  ///< its place in the request: what a result refers to
  std::uint32_t attempt() const { return msg_->attempt; }
  std::string_view deliveryId() const { return view(msg_->delivery_id); }
  std::string_view channel() const { return view(msg_->channel); }
  std::string_view to() const { return view(msg_->to); }
  std::string_view toName() const { return view(msg_->to_name); }
  std::int64_t createdMs() const { return msg_->created_ms; }
  /// A rendered field (subject, text, html, title, body); empty when absent.
  std::string_view content(std::string_view key) const { return find(msg_->content, msg_->n_content, key); }
  bool hasContent(std::string_view key) const { return has(msg_->content, msg_->n_content, key); }
  /// An option of this send; empty when absent.
  std::string_view option(std::string_view key) const { return find(msg_->options, msg_->n_options, key); }
  const bf_msg& raw() const { return *msg_; }

 private:
  const bf_msg* msg_;
  std::uint32_t index_;
};

/// What became of one recipient.
struct SendResult {
  std::int32_t outcome = 0;  ///< BF_ACCEPTED … BF_UNKNOWN
  std::string code;          ///< the provider's code, such as "550 5.1.1"
  std::string detail;        ///< for people; no secrets
  std::string provider_id;
  std::uint32_t retry_after_ms = 0;
};

}  // namespace belfry
