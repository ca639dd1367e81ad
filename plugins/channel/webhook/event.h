// The body of a webhook: {"type", "timestamp", "data"}, the same bytes for every attempt.
// Source: standard-webhooks, spec/standard-webhooks.md, "Payload structure".
#pragma once

#include <belfry/rope.hpp>
#include <belfry/send.hpp>

#include <string>
#include <string_view>

namespace webhook {

/// Full-stop delimited words of letters, digits and '_' ("Event types").
bool isEventType(std::string_view type);

/// Appends the body. The reason when the message cannot be said, else "".
std::string writeEvent(const belfry::Send& send, std::string_view type, belfry::Rope& out);

}  // namespace webhook
