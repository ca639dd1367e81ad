// admin/subscriber-keys, and services/subscriber-tokens that they sign.
#pragma once

#include "api/rest/router.h"
#include "services/identity/subscriber_tokens.h"

namespace belfry {

/// `tokens` must outlive the router.
void addSubscriberOperations(Router& router, SubscriberTokens& tokens);

}  // namespace belfry
