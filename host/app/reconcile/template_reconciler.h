// Template files become published versions. A broken file, or one whose templates do not compile, changes nothing and
// never stops the host.
#pragma once

#include <filesystem>

#include "app/reconcile/tenant_reconciler.h"
#include "app/template_files/template_file.h"
#include "ports/template_store.h"
#include "ports/templates.h"
#include "services/tenants/directory.h"

namespace belfry {

class TemplateReconciler {
 public:
  TemplateReconciler(TemplateStore& store, TemplateEngines& engines, const Directory& directory, const Log& log);

  /// May throw StoreUnavailable; files before the failure are applied then.
  ReconcileResult run(const std::filesystem::path& directory);

 private:
  /// `standard`: the template's file in its default language, whose word counts for all of them.
  bool apply(const TemplateFile& file, const TemplateFile& standard);
  bool compiles(const TemplateFile& file);

  TemplateStore& store_;
  TemplateEngines& engines_;
  const Directory& directory_;
  const Log& log_;
};

}  // namespace belfry
