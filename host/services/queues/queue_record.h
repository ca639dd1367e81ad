// Pauses and bulk actions as JSON texts: what the audit keeps and the API shows.
#pragma once

#include <string>

#include "model/queue.h"

namespace belfry {

std::string recordOf(const QueuePause& pause);
/// {"ended":[…]}
std::string recordOf(const std::vector<QueuePause>& ended);
/// The filter with the fields that are set; {"all":true} when none is.
std::string recordOf(const QueueFilter& filter);
/// Of the operation as it was asked for.
std::string recordOf(const QueueOperation& operation);

/// What a pause is for, for people: `tenant`, `email`, `email/high`, `priority high`, `provider acme-smtp`.
std::string targetOf(const PauseScope& scope);

}  // namespace belfry
