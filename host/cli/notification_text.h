// A notification and its timelines for people.
#pragma once

#include <ostream>

#include "kit/json.h"

namespace belfry::cli {

/// What was asked and what became of it: the notification's facts, then each delivery with its timeline. Times are UTC;
/// "+" is the time since the line before.
void printNotification(std::ostream& out, const JsonValue& notification);

/// A send's answer on one line behind `headline`, then one for each delivery.
void printAccepted(std::ostream& out, const JsonValue& accepted, std::string_view headline);

}  // namespace belfry::cli
