// The sealed columns of callbacks: a raw request, and a receipt that waits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/receipt.h"

namespace belfry::pg {

/// url, query, headers and body; the rest of a callback stands in columns of its own.
std::string toJson(const RawCallback& callback);
/// nullopt for a text that toJson did not write. Method and time are the caller's to fill in.
std::optional<RawCallback> parseCallback(std::string_view json);

std::string toJson(const Receipt& receipt);
std::optional<Receipt> parseReceipt(std::string_view json);

}  // namespace belfry::pg
