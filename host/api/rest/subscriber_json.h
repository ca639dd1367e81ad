// Subscriber keys and tokens, in and out.
#pragma once

#include <string>
#include <string_view>

#include "kit/json.h"
#include "services/identity/subscriber_tokens.h"

namespace belfry {

/// `{userId, userType, ttl}`.
Result<TokenWish, Problem> parseTokenWish(std::string_view body);
std::string tokenJson(const SubscriberToken& token);

void writeSubscriberKey(JsonWriter& json, const SubscriberKey& key);
std::string subscriberKeyJson(const SubscriberKey& key);
/// With the secret.
std::string issuedSubscriberKeyJson(const IssuedSubscriberKey& issued);

}  // namespace belfry
