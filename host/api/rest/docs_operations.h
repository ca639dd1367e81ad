// /docs: the contract as a page to try it on, and the contract itself. Nothing is loaded from elsewhere: the page's
// files are those of the npm package swagger-ui-dist in a local directory.
#pragma once

#include <filesystem>
#include <string>

#include "api/rest/router.h"

namespace belfry {

/// Reads the files once. A directory that is empty, absent or incomplete leaves a plain page that says so. `public_url`
/// is how browsers reach this host, without trailing slash.
void addDocsOperations(Router& router, const std::filesystem::path& directory, const std::string& public_url);

}  // namespace belfry
