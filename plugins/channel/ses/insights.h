// What GetMessageInsights (SES API v2) knows of a message: answers to STATUS requests.
#pragma once

#include <belfry/receipt.hpp>

#include <functional>
#include <string_view>

namespace ses {

/// Tells `emit` each event as a receipt. False when the text is no such answer.
bool readInsights(std::string_view body, const std::function<void(const belfry::Receipt&)>& emit);

}  // namespace ses
