// What each kind of answer must come to, given wherever the vectors say that an exchange is under way.
#include <algorithm>

#include "check/checks.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

bool commits(const std::string& verb, const Value& emitted) { return verb == "smtp" || flagMember(emitted, "commits"); }

/// A repeat of it could ring twice: it commits, and the provider does not drop doubles (BF_HTTP_IDEMPOTENT).
bool mayDouble(const std::string& verb, const Value& emitted) {
  return commits(verb, emitted) && !flagMember(emitted, "idempotent");
}

std::string outcomeOf(const Value& result) {
  const Value* outcome = findMember(result, "outcome");
  return outcome ? outcome->GetString() : "";
}

bool oneOf(const std::string& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return word == w; });
}

/// The first verb and body that wait.
struct Waiting {
  std::uint32_t tag = 0;
  std::string verb;
  const Value* emitted = nullptr;
};
Waiting firstWaiting(Operation& operation) {
  Waiting out;
  const auto& waiting = operation.recorder().progress().waiting;
  if (waiting.empty()) return out;
  out.tag = waiting.begin()->first;
  out.verb = waiting.begin()->second;
  for (const auto& emission : operation.emissions().GetArray())
    if (const Value* tag = findMember(emission, "tag"))
      if (tag->GetUint() == out.tag) out.emitted = &emission.MemberBegin()->value;
  return out;
}

std::string placeName(const Scenario& scenario, const Path& path) {
  return scenario.name + (path.empty() ? "" : " after " + std::to_string(path.size()) + " answers");
}

/// Calls visit at every waiting place of the vectors of a kind, with an operation of its own for each of `variants`.
std::optional<Finding> eachPlace(
    const Trial& trial, std::int32_t kind, int variants,
    const std::function<std::optional<Finding>(int, const std::string&, Operation&, const Waiting&)>& visit) {
  for (const auto* scenario : trial.of(kind)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    for (const auto& path : waitingPlaces(*scenario))
      for (int i = 0; i < variants; ++i) {
        auto operation = advance(instance, *scenario, path);
        if (!operation->waiting()) continue;
        const auto waiting = firstWaiting(*operation);
        if (!waiting.emitted) continue;
        if (auto finding = visit(i, placeName(*scenario, path), *operation, waiting)) return finding;
      }
  }
  return std::nullopt;
}

constexpr const char* kEndless = "end each operation: no answer may lead back to the same exchange for ever";

std::optional<Finding> ended(bool end, Operation& operation, const std::string& where) {
  if (auto broken = brokenRule(operation, where)) return broken;
  if (end) return std::nullopt;
  return failed(where + ": it does not come to an end", kEndless);
}

}  // namespace

Finding checkMaybeSent(const Trial& trial) {
  static constexpr const char* kErrors[] = {"timeout", "connection_lost", "cancelled", "protocol"};
  int n = 0;
  const auto finding = eachPlace(
      trial, BF_REQ_SEND, 4,
      [&](int i, const std::string& place, Operation& operation, const Waiting& waiting) -> std::optional<Finding> {
        if (!mayDouble(waiting.verb, *waiting.emitted)) return std::nullopt;
        ++n;
        const auto begun = operation.emissions().Size();
        const auto results_before = operation.recorder().progress().results.size();
        operation.resume(failedAnswer(waiting.verb, *waiting.emitted, "maybe_sent", kErrors[i]), waiting.tag);
        std::string wrong;
        bool again = false;
        // Other exchanges may have been under way: what they say is theirs. Right after this answer only it speaks.
        for (auto k = begun; k < operation.emissions().Size(); ++k) {
          const Value& emission = operation.emissions()[k];
          if (const Value* result = findMember(emission, "result"))
            if (outcomeOf(*result) != "unknown") wrong = outcomeOf(*result);
          const std::string verb = emission.MemberBegin()->name.GetString();
          if (emission.HasMember("tag") && mayDouble(verb, emission.MemberBegin()->value)) again = true;
        }
        const std::string where = place + " when it may have been sent (" + kErrors[i] + ")";
        constexpr const char* kUnknown =
            "after MAYBE_SENT on an exchange that commits the outcome is BF_UNKNOWN, and nothing that may deliver is "
            "sent again";
        if (!wrong.empty() && results_before == 0) return failed(where + " the outcome is " + wrong, kUnknown);
        if (again) return failed(where + " it sends again", kUnknown);
        return ended(runToEnd(operation, [](const auto& verb,
                                            const Value& e) { return failedAnswer(verb, e, "not_sent", "cancelled"); }),
                     operation, where);
      });
  if (finding) return *finding;
  return n == 0 ? skipped("no vector waits for an exchange that commits, and whose doubles count")
                : passed("what may have been sent is UNKNOWN, at " + std::to_string(n / 4) + " places");
}

Finding checkNotSent(const Trial& trial) {
  static constexpr const char* kErrors[] = {
      "invalid",         "egress_refused", "dns",       "connect",     "tls",
      "tls_not_offered", "auth",           "refused",   "unsupported", "protocol",
      "connection_lost", "timeout",        "cancelled", "token",       "a_word_of_a_newer_host"};
  constexpr int kVariants = sizeof kErrors / sizeof *kErrors;
  int n = 0;
  const auto finding = eachPlace(
      trial, 0, kVariants,
      [&](int i, const std::string& place, Operation& operation, const Waiting&) -> std::optional<Finding> {
        ++n;
        const auto before = operation.recorder().progress().results.size();
        const auto begun = operation.emissions().Size();
        const bool end = runToEnd(
            operation, [&](const auto& verb, const Value& e) { return failedAnswer(verb, e, "not_sent", kErrors[i]); });
        const std::string where = place + " when it was not sent (" + kErrors[i] + ")";
        if (auto broken = ended(end, operation, where)) return broken;
        std::string wrong;
        for (auto k = begun; k < operation.emissions().Size() && before == 0; ++k)
          if (const Value* result = findMember(operation.emissions()[k], "result"))
            if (oneOf(outcomeOf(*result), {"accepted", "delivered", "rejected_recipient"})) wrong = outcomeOf(*result);
        if (!wrong.empty() && operation.frame().kind == BF_REQ_SEND)
          return failed(where + " the outcome is " + wrong,
                        "return op.done(*reply.transportFailure()) when that has a value");
        return std::nullopt;
      });
  if (finding) return *finding;
  return n == 0 ? skipped("no vector waits") : passed("what was not sent is never taken for sent, whatever the reason");
}

Finding checkThrottled(const Trial& trial) {
  int n = 0;
  const auto finding = eachPlace(
      trial, BF_REQ_SEND, 1,
      [&](int, const std::string& place, Operation& operation, const Waiting& waiting) -> std::optional<Finding> {
        if (waiting.verb != "http" || !commits(waiting.verb, *waiting.emitted)) return std::nullopt;
        ++n;
        const auto begun = operation.emissions().Size();
        operation.resume(R"({"http":{"status":429,"headers":{"retry-after":"30"},"body":""}})", waiting.tag);
        std::optional<Finding> wrong;
        for (auto k = begun; k < operation.emissions().Size(); ++k) {
          const Value* result = findMember(operation.emissions()[k], "result");
          if (!result) continue;
          if (!oneOf(outcomeOf(*result), {"throttled", "retry"}))
            wrong = failed(place + ": 429 is " + outcomeOf(*result),
                           "429 was not processed: BF_THROTTLED with Reply::retryAfterMs()");
          else if (outcomeOf(*result) == "throttled" && numberMember(*result, "retry_after_ms") != 30000)
            wrong = failed(place + ": 429 with Retry-After: 30 gives retry_after_ms " +
                               std::to_string(numberMember(*result, "retry_after_ms")),
                           "hand on Reply::retryAfterMs()");
        }
        if (wrong) return wrong;
        return ended(runToEnd(operation, goodAnswer), operation, place + " after 429");
      });
  if (finding) return *finding;
  return n == 0 ? skipped("no vector waits for an HTTP exchange that commits")
                : passed("429 is throttled, for as long as the provider says");
}

Finding checkUnauthorized(const Trial& trial) {
  int n = 0;
  const auto finding = eachPlace(
      trial, 0, 1,
      [&](int, const std::string& place, Operation& operation, const Waiting& waiting) -> std::optional<Finding> {
        if (waiting.verb != "http") return std::nullopt;
        ++n;
        const auto begun = operation.emissions().Size();
        const bool end = runToEnd(operation, [](const auto& verb, const Value& e) {
          return httpAnswer(verb, e, R"({"status":401,"body":"{}"})");
        });
        int fresh = 0;
        std::string wrong;
        for (auto k = begun; k < operation.emissions().Size(); ++k) {
          const Value& emission = operation.emissions()[k];
          if (const Value* token = findMember(emission, "token")) fresh += flagMember(*token, "fresh") ? 1 : 0;
          if (const Value* result = findMember(emission, "result"))
            if (oneOf(outcomeOf(*result), {"accepted", "delivered", "rejected_recipient"})) wrong = outcomeOf(*result);
        }
        if (fresh > 1)
          return failed(place + ": 401 after 401 asks for " + std::to_string(fresh) + " fresh tokens",
                        "ask for a fresh token once in an operation (remember it in State), then BF_CREDENTIAL");
        if (!wrong.empty()) return failed(place + ": 401 is " + wrong, "401 is about us: BF_CREDENTIAL");
        return ended(end, operation, place + " with 401 each time");
      });
  if (finding) return *finding;
  return n == 0 ? skipped("no vector waits for an HTTP exchange") : passed("401 leads to at most one fresh token");
}

Finding checkBodies(const Trial& trial) {
  static const std::string kBodies[] = {
      R"("body":"")",
      R"("body":"{\"a\":[1,{\"b\":\"c\"},")",
      R"("body":"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>")",
      R"("repeat":{"text":"[","times":100000})",
      R"("repeat":{"text":"x","times":1048576},"truncated":true)",
      R"("repeat":{"text":"{\"error\":","times":20000})",
      R"("base64":"//4A/4CAgP/A")",
      R"("base64":"eyJlcnJvciI6eyJjb2RlIjoi//+A/yIsIm1lc3NhZ2UiOiL/gICAIn0sIm1lc3NhZ2UiOiL//v//In0=")",
      R"("body":"null")",
      R"("body":"[]")",
      R"("body":"\"text\"")",
      R"("body":"{\"message\":null,\"code\":{},\"error\":[],\"messages\":7,\"id\":false}")"};
  static constexpr int kStatuses[] = {200, 202, 204, 301, 307, 400, 404, 413, 422, 500, 502, 503};
  constexpr int kVariants =
      static_cast<int>((sizeof kBodies / sizeof *kBodies) * (sizeof kStatuses / sizeof *kStatuses));
  constexpr int kBodyCount = static_cast<int>(sizeof kBodies / sizeof *kBodies);
  int n = 0;
  const auto finding = eachPlace(
      trial, 0, kVariants,
      [&](int i, const std::string& place, Operation& operation, const Waiting& waiting) -> std::optional<Finding> {
        if (waiting.verb != "http") return std::nullopt;
        ++n;
        const int status = kStatuses[i / kBodyCount];
        const std::string http = R"({"status":)" + std::to_string(status) +
                                 R"(,"headers":{"content-type":"text/html"},)" + kBodies[i % kBodyCount] + "}";
        const auto begun = operation.emissions().Size();
        const bool end =
            runToEnd(operation, [&](const auto& verb, const Value& e) { return httpAnswer(verb, e, http); });
        const std::string where =
            place + ": HTTP " + std::to_string(status) + " with " + kBodies[i % kBodyCount].substr(0, 60);
        if (auto broken = ended(end, operation, where)) return broken;
        for (auto k = begun; k < operation.emissions().Size(); ++k) {
          const Value* result = findMember(operation.emissions()[k], "result");
          if (!result) continue;
          if (status >= 300 && oneOf(outcomeOf(*result), {"accepted", "delivered"}))
            return failed(where + " is " + outcomeOf(*result), "only a 2xx says that the provider took it");
          for (const char* key : {"detail", "code", "provider_id"})
            if (const Value* text = findMember(*result, key))
              if (text->IsObject()) return failed(where + ": " + key + " is no UTF-8", mend("not_utf8"));
        }
        return std::nullopt;
      });
  if (finding) return *finding;
  return n == 0 ? skipped("no vector waits for an HTTP exchange")
                : passed("any body comes to an end with a result, " + std::to_string(n) + " times");
}

}  // namespace belfry::check
