// admin/dedup: keys looked up, extended and released, and what they found.
#pragma once

#include "api/rest/router.h"
#include "ports/dedup_store.h"

namespace belfry {

/// The store must outlive the router.
void addDedupOperations(Router& router, DedupStore& store);

}  // namespace belfry
