// Where the parts lie that belong to this program: beside it in a build tree, under one prefix when installed.
#pragma once

#include <filesystem>

namespace belfry {

struct InstallLayout {
  std::filesystem::path program;          ///< this executable
  std::filesystem::path schemas;          ///< holds postgres/
  std::filesystem::path plugins;          ///< holds plugins.lock
  std::filesystem::path plugin_template;  ///< holds channel/, template/ and auth/; may not exist
  std::filesystem::path docs_ui;          ///< Swagger UI's files; may not exist
};

/// Reads /proc/self/exe. Throws std::runtime_error when a part that is needed is nowhere.
InstallLayout findInstallLayout();

}  // namespace belfry
