// users/me/notifications: the caller's own inbox.
#pragma once

#include "api/rest/router.h"
#include "ports/inbox_store.h"

namespace belfry {

/// `inbox` must outlive the router.
void addInboxOperations(Router& router, InboxStore& inbox);

}  // namespace belfry
