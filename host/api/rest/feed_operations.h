// admin/feed: what happens to a tenant's deliveries, in order, and who has read how far.
#pragma once

#include "api/rest/router.h"
#include "kit/time.h"
#include "ports/feed_store.h"
#include "services/feed/feed_followers.h"

namespace belfry {

/// Everything must outlive the router.
void addFeedOperations(Router& router, FeedFollowers& followers, FeedStore& store, const Clock& clock);

}  // namespace belfry
