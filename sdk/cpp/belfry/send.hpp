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
  Send(const bf_msg& msg, std::uint32_t index, std::string_view callback_url = {})
      : msg_(&msg), index_(index), callback_url_(callback_url) {}

  std::uint32_t index() const { return index_; }  ///< its place in the request: what a result refers to
  std::uint32_t attempt() const { return msg_->attempt; }
  std::string_view deliveryId() const { return view(msg_->delivery_id); }
  std::string_view channel() const { return view(msg_->channel); }
  std::string_view to() const { return view(msg_->to); }
  std::string_view toName() const { return view(msg_->to_name); }
  std::string_view toKind() const { return view(msg_->to_kind); }
  std::string_view userId() const { return view(msg_->user_id); }
  std::string_view language() const { return view(msg_->language); }
  std::string_view metadataJson() const { return view(msg_->metadata_json); }
  std::int32_t priority() const { return msg_->priority; }  ///< 0 critical … 3 low
  std::int64_t createdMs() const { return msg_->created_ms; }
  std::int64_t expiresMs() const { return msg_->expires_ms; }  ///< 0: never
  /// A rendered field (subject, text, html, title, body); empty when absent.
  std::string_view content(std::string_view key) const { return find(msg_->content, msg_->n_content, key); }
  bool hasContent(std::string_view key) const { return has(msg_->content, msg_->n_content, key); }
  /// An option of this send; empty when absent.
  std::string_view option(std::string_view key) const { return find(msg_->options, msg_->n_options, key); }
  bool hasOption(std::string_view key) const { return has(msg_->options, msg_->n_options, key); }
  /// The text of a message that has no subject: `text`, else `body`.
  std::string_view text() const { return hasContent("text") ? content("text") : content("body"); }
  /// Where this instance's callbacks arrive; empty: nowhere. See correlated().
  std::string_view callbackUrl() const { return callback_url_; }
  const bf_msg& raw() const { return *msg_; }

 private:
  const bf_msg* msg_;
  std::uint32_t index_;
  std::string_view callback_url_;
};

/// What a SEND request holds: 1 to max_batch messages.
class Batch {
 public:
  explicit Batch(const bf_req& req) : req_(&req) {}
  std::uint32_t size() const { return static_cast<std::uint32_t>(req_->n_messages); }
  Send operator[](std::uint32_t i) const { return Send(*req_->messages[i], i, callbackUrl()); }
  /// Where this instance's callbacks arrive; empty: nowhere.
  std::string_view callbackUrl() const { return view(req_->callback_url); }

 private:
  const bf_req* req_;
};

/// What became of one recipient.
struct SendResult {
  std::int32_t outcome = 0;  ///< BF_ACCEPTED … BF_UNKNOWN
  std::string code;          ///< the provider's code, such as "550 5.1.1"
  std::string detail;        ///< for people; no secrets
  std::string provider_id;
  std::uint32_t retry_after_ms = 0;
};

/// The message cannot be sent as it is, and a repeat would not help: fails it, suppresses nobody. `detail` names the
/// field and what is allowed.
inline SendResult rejectedRequest(std::string_view code, std::string_view detail) {
  return {BF_REJECTED_REQUEST, std::string(code), std::string(detail), {}, 0};
}

}  // namespace belfry
