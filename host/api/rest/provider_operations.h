// admin/providers: the tenant's configured providers, without the values of their secrets.
#pragma once

#include <string>

#include "api/rest/router.h"
#include "services/tenants/directory.h"

namespace belfry {

/// The directory must outlive the router. `public_url` is how providers reach this host, without trailing slash.
void addProviderOperations(Router& router, const Directory& directory, std::string public_url);

}  // namespace belfry
