// admin/tenants: list, create, read. The platform admin sees all; everybody else their own.
#pragma once

#include <functional>

#include "api/rest/router.h"
#include "ports/authenticators.h"
#include "ports/catalogue_store.h"

namespace belfry {

/// Store and authenticators must outlive the router. `refresh_catalogue`, unless empty, runs after a tenant was created
/// and before the answer leaves: it brings this host's directory up to date. May throw what stores throw.
void addTenantOperations(Router& router, CatalogueStore& store, const Authenticators& authenticators,
                         std::function<void()> refresh_catalogue);

}  // namespace belfry
