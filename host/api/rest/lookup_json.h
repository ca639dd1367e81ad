// The vocabulary's words as lists.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belfry {

/// The names of the lookups.
std::string lookupsJson();
/// The words of one lookup; nullopt when there is none of that name.
std::optional<std::string> lookupJson(std::string_view name);
/// "channels, priorities, …", for error messages.
std::string allowedLookup();

}  // namespace belfry
