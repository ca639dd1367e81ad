#include "app/reconcile/template_reconciler.h"

#include <map>

#include "services/rendering/renderer.h"

namespace belfry {
namespace {

/// The file that a template falls back to: English where there is one, else the first.
std::map<std::pair<std::string, std::string>, const TemplateFile*> standardFiles(
    const std::vector<TemplateFile>& files) {
  std::map<std::pair<std::string, std::string>, const TemplateFile*> standards;
  for (const auto& file : files) {
    auto [entry, first] = standards.try_emplace({file.tenant, file.key}, &file);
    if (!first && file.language == "en") entry->second = &file;
  }
  return standards;
}

}  // namespace

TemplateReconciler::TemplateReconciler(TemplateStore& store, TemplateEngines& engines, const Directory& directory,
                                       const Log& log)
    : store_(store), engines_(engines), directory_(directory), log_(log) {}

ReconcileResult TemplateReconciler::run(const std::filesystem::path& directory) {
  auto files = readTemplateFiles(directory);
  for (const auto& error : files.errors)
    log_.error("template file is broken, its template is left as it was", {{"problem", toText(error)}});
  ReconcileResult result;
  result.broken = static_cast<int>(files.broken.size());
  auto standards = standardFiles(files.templates);
  for (const auto& file : files.templates) {
    if (apply(file, *standards.at({file.tenant, file.key}))) {
      ++result.applied;
    } else {
      ++result.broken;
    }
  }
  return result;
}

bool TemplateReconciler::apply(const TemplateFile& file, const TemplateFile& standard) {
  auto tenant = directory_.find(std::string_view(file.tenant));
  if (!tenant) {
    log_.error("template file names no known tenant", {{"file", file.path.string()}, {"tenant", file.tenant}});
    return false;
  }
  if (!compiles(file)) return false;
  Template wanted;
  wanted.key = file.key;
  wanted.engine = file.engine;
  wanted.description = file.name;
  wanted.default_language = standard.language;
  wanted.dedup = standard.dedup;
  wanted.source = Source::file;
  TemplateVersion version;
  version.language = file.language;
  version.state = TemplateVersionState::published;
  version.required = file.required;
  for (const auto& [channel, fields] : file.content) version.content[channel] = Fields(fields.begin(), fields.end());
  wanted.versions.push_back(std::move(version));
  store_.reconcile(tenant->row.id, wanted);
  return true;
}

bool TemplateReconciler::compiles(const TemplateFile& file) {
  bool good = true;
  for (const auto& [channel, fields] : file.content) {
    for (const auto& [field, text] : fields) {
      auto compiled = engines_.compile(file.engine, file.key + "/" + field, text, escapeFor(field));
      if (compiled) continue;
      good = false;
      log_.error("template file is broken, its template is left as it was",
                 {{"file", file.path.string()},
                  {"field", std::string(toText(channel)) + "." + field},
                  {"line", compiled.error().line},
                  {"column", compiled.error().column},
                  {"problem", compiled.error().message}});
    }
  }
  return good;
}

}  // namespace belfry
