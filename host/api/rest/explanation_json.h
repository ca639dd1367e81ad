// Why each delivery of a notification went as it did.
#pragma once

#include <string>

#include "ports/notification_store.h"

namespace belfry {

/// Decisions, attempts and receipts of every delivery, in the order in which they happened, as the timeline keeps them.
std::string explanationJson(const NotificationView& view);

}  // namespace belfry
