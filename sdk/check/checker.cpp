#include "check/checker.h"

#include "check/elf_file.h"
#include "check/instance_checks.h"
#include "check/load_checks.h"
#include "check/static_checks.h"
#include "check/vectors.h"

namespace belfry::check {
namespace {

bool startsWith(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

/// Groups before the first one that is wanted still run: nothing is loaded that their checks refuse.
Report onlyWanted(const Report& report, const std::string& only) {
  Report out;
  for (const auto& line : report.lines())
    if (startsWith(line.check, only) || line.verdict == Verdict::fail || line.verdict == Verdict::crash) out.add(line);
  return out;
}

void checkBehaviour(const CheckRequest& request, const Manifest& manifest, Report& report) {
  const auto wanted = [&](const std::string& check) { return startsWith(check, request.only); };
  const bool vectors = startsWith("vectors", request.only) || startsWith(request.only, "vectors");
  if (request.vectors.empty()) report.skip("vectors", "no --vectors DIR was given");
  else if (vectors || request.accept) checkVectors(request.path, manifest, request.vectors, request.accept, report);
  if (request.accept) return;
  checkInstances(manifest, {request.path, request.vectors, request.seed, request.rounds, request.here, wanted}, report);
}

}  // namespace

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
    return onlyWanted(report, request.only);
  }
  checkLoad(request.path, *manifest, report);
  if (report.passed()) checkBehaviour(request, *manifest, report);
  else report.skip("vectors", "mend what failed first");
  return onlyWanted(report, request.only);
}

}  // namespace belfry::check
