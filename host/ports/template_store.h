// Templates and their versions. May throw StoreUnavailable. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/template.h"

namespace belfry {

class TemplateStore {
 public:
  virtual ~TemplateStore() = default;
  /// Creates a template with its first version as a draft, in one transaction. nullopt when the key is taken.
  virtual std::optional<Template> create(TenantId tenant, const Template& draft) = 0;
  /// Adds the next version as a draft. nullopt when the template does not exist.
  virtual std::optional<int> addVersion(TenantId tenant, const std::string& key, const TemplateVersion& draft) = 0;
  /// Publishes a version (idempotent). False when template or version do not exist.
  virtual bool publish(TenantId tenant, const std::string& key, int version) = 0;
  /// With all versions, newest first.
  virtual std::optional<Template> get(TenantId tenant, const std::string& key) = 0;
  /// By key, after `after`; versions left out.
  virtual std::vector<Template> list(TenantId tenant, const std::string& after, int limit) = 0;
  /// The version to send: `version` or the newest published one, in `language` or the template's default.
  virtual std::optional<ResolvedTemplate> resolve(TenantId tenant, const std::string& key, std::optional<int> version,
                                                  const std::string& language) = 0;
  /// Makes a file's template and its published content equal to the file's; a changed content becomes the next
  /// published version.
  virtual void reconcile(TenantId tenant, const Template& from_file) = 0;
};

}  // namespace belfry
