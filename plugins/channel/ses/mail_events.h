// The events of SES, as SNS carries them, as receipts. Sources: SES Developer Guide, "Contents of event data that
// Amazon SES publishes to Amazon SNS" (eventType) and "Amazon SNS notification contents for Amazon SES"
// (notificationType).
#pragma once

#include <belfry/receipt.hpp>

#include <functional>
#include <string_view>

namespace ses {

enum class EventKind { receipts, ignored, malformed };

/// Tells `emit` each receipt that the text holds: one for each recipient concerned. `dedupe` is SNS's id of the
/// message, the same when it is posted again. Fields that are not known are passed over.
EventKind readEvent(std::string_view text, std::string_view dedupe,
                    const std::function<void(const belfry::Receipt&)>& emit);

}  // namespace ses
