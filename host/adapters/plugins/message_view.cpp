#include "adapters/plugins/message_view.h"

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

std::vector<bf_kv> toPairs(const Fields& fields) {
  std::vector<bf_kv> pairs;
  pairs.reserve(fields.size());
  for (const auto& [key, value] : fields) pairs.push_back({view(key), view(value)});
  return pairs;
}

}  // namespace

uint64_t blobHandle(std::size_t message, std::size_t attachment) {
  return (uint64_t{message} << 32) | (attachment + 1);
}

std::pair<std::size_t, std::size_t> blobPlace(uint64_t handle) {
  constexpr uint64_t kLow = 0xffffffff;
  return {handle >> 32, (handle & kLow) - 1};  // 0 becomes a place that does not exist
}

MessageView::MessageView(const OutgoingMessage& message, std::size_t index)
    : delivery_id_(message.delivery.toString()),
      content_(toPairs(message.content)),
      options_(toPairs(message.options)),
      headers_(toPairs(message.headers)) {
  for (std::size_t i = 0; i < message.attachments.size(); ++i) {
    const auto& attachment = message.attachments[i];
    attachments_.push_back({sizeof(bf_attachment), 0, view(attachment.filename), view(attachment.content_type),
                            view(attachment.content_id), blobHandle(index, i), attachment.bytes.size()});
  }
  for (const auto& attachment : attachments_) attachment_pointers_.push_back(&attachment);

  abi_.size = sizeof abi_;
  abi_.attempt = static_cast<uint32_t>(message.attempt);
  abi_.delivery_id = view(delivery_id_);
  abi_.channel = view(toText(message.channel));
  abi_.to = view(message.to);
  abi_.to_kind = view(message.to_kind);
  abi_.to_name = view(message.to_name);
  abi_.user_id = view(message.user_id);
  abi_.language = view(message.language);
  abi_.content = content_.data();
  abi_.n_content = content_.size();
  abi_.options = options_.data();
  abi_.n_options = options_.size();
  abi_.headers = headers_.data();
  abi_.n_headers = headers_.size();
  abi_.attachments = attachment_pointers_.data();
  abi_.n_attachments = attachment_pointers_.size();
  abi_.created_ms = message.created_at.time_since_epoch().count() / 1000;
  abi_.expires_ms = message.expires_at ? message.expires_at->time_since_epoch().count() / 1000 : 0;
  abi_.priority = static_cast<int32_t>(toNumber(message.priority));
  abi_.metadata_json = view(message.metadata_json);
}

}  // namespace belfry::plugins
