// The checks that run plugin code with configured instances, each in a process of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/manifest.h"
#include "check/operation.h"
#include "check/report.h"
#include "check/scenario.h"

namespace belfry::check {

/// What one check works with.
struct Trial {
  const Manifest& manifest;
  const Factory& factory;
  const std::vector<Scenario>& scenarios;
  std::uint64_t seed;
  std::uint32_t rounds;  ///< of fuzzing; memory checks run as many operations

  /// Scenarios of a kind of request; 0: of any.
  std::vector<const Scenario*> of(std::int32_t kind) const;
  /// The first config that the vectors say is good, or {}.
  const Scenario* good() const;
};

struct Finding {
  Verdict verdict;
  std::string detail;
  std::string mend;
};
inline Finding passed(std::string detail) { return {Verdict::pass, std::move(detail), {}}; }
inline Finding skipped(std::string detail) { return {Verdict::skip, std::move(detail), {}}; }
inline Finding failed(std::string detail, std::string mend) {
  return {Verdict::fail, std::move(detail), std::move(mend)};
}
inline Finding warned(std::string detail, std::string mend) {
  return {Verdict::warn, std::move(detail), std::move(mend)};
}

/// The first rule that an operation broke.
std::optional<Finding> brokenRule(Operation& operation, const std::string& where);

struct Check {
  const char* id;
  Finding (*run)(const Trial&);
  bool needs_machine;      ///< channel and auth plugins only
  const char* crash_mend;  ///< what to do when the plugin crashes here
};

/// In the order in which they run.
const std::vector<Check>& allChecks();

// negotiation_checks.cpp
Finding checkMissingServices(const Trial& trial);
Finding checkSmallServices(const Trial& trial);
Finding checkSmallOps(const Trial& trial);
Finding checkLargeHost(const Trial& trial);
// config_checks.cpp
Finding checkSchema(const Trial& trial);
Finding checkSchemaSecrets(const Trial& trial);
Finding checkExamples(const Trial& trial);
Finding checkMutations(const Trial& trial);
Finding checkReason(const Trial& trial);
Finding checkCreateLeaks(const Trial& trial);
Finding checkTenants(const Trial& trial);
// operation_checks.cpp
Finding checkDeterminism(const Trial& trial);
Finding checkReplay(const Trial& trial);
Finding checkRequests(const Trial& trial);
Finding checkBatch(const Trial& trial);
Finding checkOutOfOrder(const Trial& trial);
Finding checkCancel(const Trial& trial);
// answer_checks.cpp
Finding checkMaybeSent(const Trial& trial);
Finding checkNotSent(const Trial& trial);
Finding checkThrottled(const Trial& trial);
Finding checkUnauthorized(const Trial& trial);
Finding checkBodies(const Trial& trial);
// hostile_checks.cpp
Finding checkHostileText(const Trial& trial);
// callback_checks.cpp
Finding checkGoodCallback(const Trial& trial);
Finding checkForgedCallback(const Trial& trial);
Finding checkStaleCallback(const Trial& trial);
Finding checkCallbackHeaders(const Trial& trial);
Finding checkChallenge(const Trial& trial);
Finding checkRandomCallbacks(const Trial& trial);
// memory_checks.cpp
Finding checkFlatMemory(const Trial& trial);
Finding checkArenaLimit(const Trial& trial);
// fuzz_checks.cpp
Finding fuzzAnswers(const Trial& trial);
Finding fuzzCallbacks(const Trial& trial);
Finding fuzzConfig(const Trial& trial);

}  // namespace belfry::check
