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

uint64_t blobHandle(std::size_t index) { return index + 1; }

const Attachment* findBlob(const OutgoingMessage& message, uint64_t handle) {
  return handle >= 1 && handle <= message.attachments.size() ? &message.attachments[handle - 1] : nullptr;
}

MessageView::MessageView(const OutgoingMessage& message)
    : delivery_id_(message.delivery.toString()),
      content_(toPairs(message.content)),
      options_(toPairs(message.options)),
      headers_(toPairs(message.headers)) {
  for (std::size_t i = 0; i < message.attachments.size(); ++i) {
    const auto& attachment = message.attachments[i];
    attachments_.push_back({sizeof(bf_attachment), 0, view(attachment.filename), view(attachment.content_type),
                            view(attachment.content_id), blobHandle(i), attachment.bytes.size()});
  }
  for (const auto& attachment : attachments_) attachment_pointers_.push_back(&attachment);

  abi_.size = sizeof abi_;
  abi_.attempt = static_cast<uint32_t>(message.attempt);
  abi_.delivery_id = view(delivery_id_);
  abi_.channel = view(toText(message.channel));
  abi_.to = view(message.to);
  abi_.to_name = view(message.to_name);
  abi_.content = content_.data();
  abi_.n_content = content_.size();
  abi_.options = options_.data();
  abi_.n_options = options_.size();
  abi_.headers = headers_.data();
  abi_.n_headers = headers_.size();
  abi_.attachments = attachment_pointers_.data();
  abi_.n_attachments = attachment_pointers_.size();
  abi_.created_ms = message.created_at.time_since_epoch().count() / 1000;
}

}  // namespace belfry::plugins
