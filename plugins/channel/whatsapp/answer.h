// What the Cloud API answers to a message.
#pragma once

#include <belfry/reply.hpp>
#include <belfry/send.hpp>

#include <optional>

namespace whatsapp {

/// Anything but a 2xx.
std::optional<belfry::SendResult> refused(const belfry::Reply& reply);

/// What became of a message that was posted.
belfry::SendResult sent(const belfry::Reply& reply);

}  // namespace whatsapp
