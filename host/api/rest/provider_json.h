// Configured providers as the API shows them: secrets by name only.
#pragma once

#include <memory>
#include <string>

#include "kit/json.h"
#include "services/tenants/directory.h"

namespace belfry {

using ProviderPtr = std::shared_ptr<const DirectoryInstance>;

/// `public_url` is how providers reach this host, without trailing slash.
void writeProvider(JsonWriter& json, const ProviderPtr& instance, const std::string& public_url);
std::string providerJson(const ProviderPtr& instance, const std::string& public_url);

}  // namespace belfry
