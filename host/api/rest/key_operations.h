// admin/keys: issue, list, revoke.
#pragma once

#include "api/rest/router.h"
#include "services/identity/api_keys.h"

namespace belfry {

/// `keys` must outlive the router.
void addKeyOperations(Router& router, ApiKeys& keys);

}  // namespace belfry
