// docs/reference/cli.md, made from the command table by `belfry help --markdown`; a test compares the two.
#pragma once

#include <ostream>

namespace belfry::cli {

void printMarkdown(std::ostream& out);

}  // namespace belfry::cli
