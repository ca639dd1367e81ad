#include "check/checks.h"

#include "check/vector_json.h"

namespace belfry::check {

std::vector<const Scenario*> Trial::of(std::int32_t kind) const {
  std::vector<const Scenario*> out;
  for (const auto& scenario : scenarios)
    if (scenario.kind != 0 && (kind == 0 || scenario.kind == kind)) out.push_back(&scenario);
  return out;
}

const Scenario* Trial::good() const {
  for (const auto& scenario : scenarios)
    if (scenario.kind != 0) return &scenario;
  return nullptr;
}

std::optional<Finding> brokenRule(Operation& operation, const std::string& where) {
  const auto& faults = operation.recorder().faults();
  if (faults.empty()) return std::nullopt;
  return failed(where + ": " + faults.front().detail, mend(faults.front().rule));
}

const std::vector<Check>& allChecks() {
  constexpr const char* kSizes = "read no member of a host table beyond its `size`: BF_HAS(table, member) first";
  constexpr const char* kAnswers = "take any bytes as an answer: check before you index, and test with belfry::JsonDom";
  constexpr const char* kConfig = "check every key of the config before use; create must refuse, not crash";
  constexpr const char* kState = "keep plain data in State: no pointers, no classes that own memory";
  static const std::vector<Check> checks = {
      {"negotiation/missing-services", checkMissingServices, false, "test what host->get returns before you use it"},
      {"negotiation/small-services", checkSmallServices, false, kSizes},
      {"negotiation/small-ops", checkSmallOps, true, kSizes},
      {"negotiation/large-host", checkLargeHost, true, "ignore what lies beyond the members that you know"},
      {"config/schema", checkSchema, false, ""},
      {"config/schema-secrets", checkSchemaSecrets, false, ""},
      {"config/examples", checkExamples, false, kConfig},
      {"config/mutations", checkMutations, false, kConfig},
      {"config/reason", checkReason, false, "write at most `cap` bytes of reason, the last of them NUL"},
      {"config/leaks", checkCreateLeaks, false, "free in destroy what create made, once"},
      {"config/tenants", checkTenants, true, "keep nothing outside of the instance: no mutable statics"},
      {"operations/requests", checkRequests, true, kAnswers},
      {"operations/determinism", checkDeterminism, true, kState},
      {"operations/replay", checkReplay, true, kState},
      {"operations/batch", checkBatch, true, "size per-message state by kMaxBatch"},
      {"operations/out-of-order", checkOutOfOrder, true, "tell answers apart by their tag"},
      {"operations/cancel", checkCancel, true, kState},
      {"operations/maybe-sent", checkMaybeSent, true,
       "look at Reply::transportFailure() before the answer: there may be none"},
      {"operations/not-sent", checkNotSent, true,
       "look at Reply::transportFailure() before the answer: there may be none"},
      {"operations/throttled", checkThrottled, true, kAnswers},
      {"operations/unauthorized", checkUnauthorized, true, kAnswers},
      {"operations/bodies", checkBodies, true, kAnswers},
      {"operations/hostile-text", checkHostileText, true, "take any text in a message"},
      {"callbacks/good", checkGoodCallback, true, kAnswers},
      {"callbacks/forged", checkForgedCallback, true, kAnswers},
      {"callbacks/stale", checkStaleCallback, true, kAnswers},
      {"callbacks/headers", checkCallbackHeaders, true, kAnswers},
      {"callbacks/challenge", checkChallenge, true, kAnswers},
      {"callbacks/random", checkRandomCallbacks, true, kAnswers},
      {"memory/flat", checkFlatMemory, true, kState},
      {"memory/arena", checkArenaLimit, true, "test what ops->alloc returns: NULL when the arena is full"},
      {"fuzz/answers", fuzzAnswers, true, kAnswers},
      {"fuzz/callbacks", fuzzCallbacks, true, kAnswers},
      {"fuzz/config", fuzzConfig, false, kConfig},
  };
  return checks;
}

}  // namespace belfry::check
