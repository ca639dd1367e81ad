// API keys, in and out.
#pragma once

#include <string>
#include <string_view>

#include "kit/json.h"
#include "services/identity/api_keys.h"

namespace belfry {

/// `{name, roles, scopes, expiresAt}`.
Result<KeyWish, Problem> parseKeyWish(std::string_view body);

void writeKey(JsonWriter& json, const ApiKey& key);
std::string keyJson(const ApiKey& key);
/// With the key itself.
std::string issuedKeyJson(const IssuedKey& issued);

}  // namespace belfry
