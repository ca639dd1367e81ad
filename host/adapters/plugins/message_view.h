// An OutgoingMessage as the C ABI shows it. Owns the arrays; the message must outlive it.
#pragma once

#include <belfry/steps.h>

#include <vector>

#include "ports/channels.h"

namespace belfry::plugins {

class MessageView {
 public:
  explicit MessageView(const OutgoingMessage& message);
  MessageView(const MessageView&) = delete;
  MessageView& operator=(const MessageView&) = delete;

  const bf_msg& abi() const { return abi_; }

 private:
  std::string delivery_id_;
  std::vector<bf_kv> content_, options_, headers_;
  std::vector<bf_attachment> attachments_;
  std::vector<const bf_attachment*> attachment_pointers_;
  bf_msg abi_{};
};

/// The blob handle of the message's attachment `index`.
uint64_t blobHandle(std::size_t index);
/// The attachment of a handle, or nullptr.
const Attachment* findBlob(const OutgoingMessage& message, uint64_t handle);

}  // namespace belfry::plugins
