// /webhooks/…, where providers call back; admin/callbacks, where operators look at that and replay it; and what a
// provider can be asked.
#pragma once

#include <functional>
#include <string>

#include "api/rest/router.h"
#include "ports/callback_store.h"
#include "services/callbacks/callbacks.h"
#include "services/callbacks/provider_questions.h"

namespace belfry {

/// `public_url` is how providers reach this host, without trailing slash. Everything must outlive the router.
void addWebhookOperations(Router& router, Callbacks& callbacks, std::string public_url, std::size_t most_body_bytes);

/// `reopened` is called after callbacks were put back for processing.
void addCallbackOperations(Router& router, CallbackStore& store, Callbacks& callbacks, std::function<void()> reopened);
void addQuestionOperations(Router& router, ProviderQuestions& questions);

}  // namespace belfry
