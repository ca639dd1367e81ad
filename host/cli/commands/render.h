#pragma once

#include "cli/command.h"

namespace belfry::cli {

Command renderCommand();

}  // namespace belfry::cli
