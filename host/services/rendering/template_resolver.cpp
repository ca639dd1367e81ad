#include "services/rendering/template_resolver.h"

namespace belfry {

TemplateResolver::TemplateResolver(TemplateStore& store) : store_(store) {}

std::shared_ptr<const ResolvedTemplate> TemplateResolver::resolve(TenantId tenant, const std::string& key,
                                                                  std::optional<int> version,
                                                                  const std::string& language) {
  Key wanted{tenant, key, version.value_or(0), language};
  unsigned long generation;
  {
    std::lock_guard lock(mutex_);
    auto known = remembered_.find(wanted);
    if (known != remembered_.end()) return known->second;
    generation = generation_;
  }
  auto found = store_.resolve(tenant, key, version, language);
  if (!found) return nullptr;
  auto resolved = std::make_shared<const ResolvedTemplate>(std::move(*found));
  std::lock_guard lock(mutex_);
  if (generation == generation_) {
    if (remembered_.size() >= kMostRemembered) remembered_.clear();
    remembered_[wanted] = resolved;
  }
  return resolved;
}

void TemplateResolver::clear() {
  std::lock_guard lock(mutex_);
  remembered_.clear();
  ++generation_;
}

}  // namespace belfry
