// Which provider an attempt goes through.
#pragma once

#include <memory>
#include <string>

#include "kit/result.h"
#include "services/tenants/directory.h"

namespace belfry {

/// The first enabled instance, by priority, that can send. The error says what stands in the way, instance by instance.
Result<std::shared_ptr<const DirectoryInstance>, std::string> chooseProvider(const Directory& directory,
                                                                             TenantId tenant, Channel channel);

}  // namespace belfry
