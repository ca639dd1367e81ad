#pragma once

#include "cli/command.h"

namespace belfry::cli {

Command sendCommand();

}  // namespace belfry::cli
