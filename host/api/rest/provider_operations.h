// admin/providers: the tenant's configured providers, without the values of their secrets.
#pragma once

#include <string>

#include "api/rest/router.h"
#include "services/tenants/directory.h"
#include "services/tenants/providers.h"

namespace belfry {

/// Directory and providers must outlive the router. `public_url` is how providers reach this host, without trailing
/// slash.
void addProviderOperations(Router& router, const Directory& directory, Providers& providers, std::string public_url);

}  // namespace belfry
