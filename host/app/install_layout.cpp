#include "app/install_layout.h"

#include <initializer_list>
#include <stdexcept>
#include <string>

namespace belfry {
namespace {

namespace fs = std::filesystem;

fs::path firstThatExists(const char* what, std::initializer_list<fs::path> places) {
  std::string tried;
  for (const auto& place : places) {
    if (fs::exists(place)) return fs::weakly_canonical(place);
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  throw std::runtime_error(std::string("cannot find ") + what + "; looked at: " + tried);
}

}  // namespace

InstallLayout findInstallLayout() {
  InstallLayout layout;
  layout.program = fs::read_symlink("/proc/self/exe");
  auto prefix = layout.program.parent_path().parent_path();
  layout.schemas = firstThatExists("the database schema", {prefix / "share/belfry/schemas/postgres",
                                                           fs::path(BELFRY_SOURCE_SCHEMAS) / "postgres"})
                       .parent_path();
  layout.plugins = firstThatExists("the plugins", {prefix / "plugins", prefix / "lib/belfry/plugins"});
  auto installed_template = prefix / "share/belfry/template";
  layout.plugin_template =
      fs::exists(installed_template) ? installed_template : fs::path(BELFRY_SOURCE_SCHEMAS) / "../sdk/template";
  auto installed_ui = prefix / "share/belfry/docs-ui";
  layout.docs_ui = fs::exists(installed_ui) ? installed_ui : prefix / "docs-ui";
  return layout;
}

}  // namespace belfry
