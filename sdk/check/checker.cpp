#include "check/checker.h"

#include "check/elf_file.h"
#include "check/load_checks.h"
#include "check/static_checks.h"
#include "check/vectors.h"

namespace belfry::check {

Report checkPlugin(const CheckRequest& request) {
  Report report;
  std::string error;
  const auto elf = readElfFile(request.path, error);
  if (!elf) {
    report.fail("static/elf", error, "build it as a shared object (CMake: a MODULE library)");
    return report;
  }
  const auto manifest = checkManifest(*elf, report);
  checkLinking(*elf, report);
  if (!manifest) {
    report.skip("load", "without a valid manifest it is never loaded");
    return report;
  }
  checkLoad(request.path, *manifest, report);
  if (!report.passed()) report.skip("vectors", "mend what failed first");
  else if (request.vectors.empty()) report.skip("vectors", "no --vectors DIR was given");
  else checkVectors(request.path, *manifest, request.vectors, request.accept, report);
  return report;
}

}  // namespace belfry::check
