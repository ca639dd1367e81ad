// An OutgoingMessage as the C ABI shows it. Owns the arrays; the message must outlive it.
#pragma once

#include <belfry/steps.h>

#include <utility>
#include <vector>

#include "ports/channels.h"

namespace belfry::plugins {

class MessageView {
 public:
  /// `index`: the message's place in its request.
  MessageView(const OutgoingMessage& message, std::size_t index);
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

/// A blob handle names a message of the request and an attachment of it.
uint64_t blobHandle(std::size_t message, std::size_t attachment);
/// Message and attachment of a handle; places that do not exist for what is none.
std::pair<std::size_t, std::size_t> blobPlace(uint64_t handle);

}  // namespace belfry::plugins
