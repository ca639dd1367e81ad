// Text that a command reads from files, from standard input or from the command line.
#pragma once

#include <string>

#include "cli/console.h"

namespace belfry::cli {

/// The bytes of a file; `-` is standard input. `option` is named when that fails. Throws CommandFailed.
std::string readInput(const std::string& path, const std::string& option, const Console& console);

/// `@FILE` is that file's bytes (`@-` standard input), anything else the text itself.
std::string textOrFile(const std::string& argument, const std::string& option, const Console& console);

/// A JSON value as textOrFile gives it, unchanged. Throws UsageError with line and column when it is none.
std::string jsonArgument(const std::string& argument, const std::string& option, const Console& console);

/// "line 3, column 5": 1-based, columns in bytes.
struct TextPlace {
  int line = 1;
  int column = 1;
};
TextPlace placeOf(std::string_view text, std::size_t offset);

}  // namespace belfry::cli
