// belfry plugin new: a project of its own from the SDK's template.
#pragma once

#include "cli/command.h"

namespace belfry::cli {

Command pluginNewCommand();

}  // namespace belfry::cli
