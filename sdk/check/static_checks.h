// Checks on the file alone: nothing of the plugin runs.
#pragma once

#include <optional>

#include "check/elf_file.h"
#include "check/manifest.h"
#include "check/report.h"

namespace belfry::check {

/// Checks note and manifest (`manifest/…`). Returns the manifest when it is valid.
std::optional<Manifest> checkManifest(const ElfFile& elf, Report& report);

/// Checks how the file was linked and what it asks the loader for (`static/…`).
void checkLinking(const ElfFile& elf, Report& report);

}  // namespace belfry::check
