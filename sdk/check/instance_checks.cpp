#include "check/instance_checks.h"

#include <chrono>
#include <exception>

#include "check/checks.h"
#include "check/child.h"
#include "check/load_checks.h"

namespace belfry::check {
namespace {

constexpr std::chrono::minutes kLimit{3};

void tell(ChildReport& child, const char* id, const Finding& finding) {
  switch (finding.verdict) {
    case Verdict::pass: return child.pass(id, finding.detail);
    case Verdict::skip: return child.skip(id, finding.detail);
    case Verdict::warn: return child.warn(id, finding.detail, finding.mend);
    default: return child.fail(id, finding.detail, finding.mend);
  }
}

void runCheck(ChildReport& child, const Check& check, const Manifest& manifest, const std::vector<Scenario>& scenarios,
              const InstanceChecks& request) {
  const bf_plugin* plugin = loadPlugin(child, request.plugin);
  if (!plugin) return;
  const Factory factory(*plugin, manifest);
  child.stage(std::string("in ") + check.id);
  if (!factory.usable() || (check.needs_machine && !factory.machine()))
    return child.skip(check.id, "for channel and auth plugins");
  try {
    tell(child, check.id, check.run({manifest, factory, scenarios, request.seed, request.rounds}));
  } catch (const std::exception& e) {
    child.fail(check.id, e.what(),
               "no exception may cross: begin from belfry::Channel or belfry::Auth, or catch all of them; or mend the "
               "vector that it names");
  } catch (...) {
    child.fail(check.id, "it throws something that is no std::exception",
               "no exception may cross: begin from belfry::Channel or belfry::Auth, or catch all of them");
  }
}

}  // namespace

void checkInstances(const Manifest& manifest, const InstanceChecks& request, Report& report) {
  const auto scenarios = readScenarios(request.vectors);
  for (const auto& check : allChecks()) {
    if (!request.wanted(check.id)) continue;
    Report lines;
    const auto body = [&](ChildReport& child) { runCheck(child, check, manifest, scenarios, request); };
    ChildEnd end;
    if (request.here) {
      ChildReport child(lines);
      body(child);
    } else {
      end = runInChild(lines, kLimit, body);
    }
    for (const auto& line : lines.lines())
      if (line.check.rfind("load/", 0) != 0 || line.verdict != Verdict::pass) report.add(line);
    const std::string again =
        "; again: belfry-plugin-check --reproduce " + std::string(check.id) + " --seed " + std::to_string(request.seed);
    if (end.crashed) report.crash(check.id, end.how, check.crash_mend + again);
    if (!end.output.empty())
      report.fail(check.id, "it writes: " + end.output.substr(0, 200), "use the service belfry.log/1");
  }
}

}  // namespace belfry::check
