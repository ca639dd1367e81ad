#pragma once

#include "adapters/postgres/pool.h"
#include "kit/time.h"
#include "ports/template_store.h"

namespace belfry::pg {

class PgTemplateStore final : public TemplateStore {
 public:
  /// `pool` has the role belfry_app.
  PgTemplateStore(Pool& pool, const Clock& clock);

  std::optional<Template> create(TenantId tenant, const Template& draft) override;
  std::optional<int> addVersion(TenantId tenant, const std::string& key, const TemplateVersion& draft) override;
  bool publish(TenantId tenant, const std::string& key, int version) override;
  std::optional<Template> get(TenantId tenant, const std::string& key) override;
  std::vector<Template> list(TenantId tenant, const std::string& after, int limit) override;
  std::optional<ResolvedTemplate> resolve(TenantId tenant, const std::string& key, std::optional<int> version,
                                          const std::string& language) override;
  void reconcile(TenantId tenant, const Template& from_file) override;

 private:
  Pool& pool_;
  const Clock& clock_;
};

}  // namespace belfry::pg
