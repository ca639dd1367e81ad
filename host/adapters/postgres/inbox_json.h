// The sealed column inbox_items.content: an InboxItem as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/inbox.h"

namespace belfry::pg {

/// A `data_json` that is no JSON object is left out: it comes from a plugin, and its settlement must not fail for it.
std::string toJson(const InboxItem& item);
/// nullopt when the text is not what toJson writes.
std::optional<InboxItem> parseInboxItem(std::string_view json);

}  // namespace belfry::pg
