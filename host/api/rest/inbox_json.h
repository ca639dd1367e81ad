// The inbox, out.
#pragma once

#include <string>

#include "kit/json.h"
#include "model/inbox.h"

namespace belfry {

void writeInboxEntry(JsonWriter& json, const InboxEntry& entry);
std::string inboxEntryJson(const InboxEntry& entry);

/// `{"NAME": count}`.
std::string countJson(std::string_view name, long count);

}  // namespace belfry
