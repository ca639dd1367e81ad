#include "services/routing/choose_provider.h"

namespace belfry {

Result<std::shared_ptr<const DirectoryInstance>, std::string> chooseProvider(const Directory& directory,
                                                                             TenantId tenant, Channel channel) {
  auto found = directory.find(tenant);
  if (!found) return failure(std::string("the tenant is gone"));
  std::string problems;
  for (const auto& instance : found->enabled(channel)) {
    if (instance->running) return instance;
    problems += (problems.empty() ? "" : "; ") + instance->row.slug + ": " + instance->row.problem;
  }
  if (problems.empty()) problems = "none is enabled";
  return failure("no provider for channel " + std::string(toText(channel)) + " can send: " + problems);
}

}  // namespace belfry
