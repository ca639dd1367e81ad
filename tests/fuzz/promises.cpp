#include "fuzz/promises.h"

#include <cstdio>
#include <cstdlib>

#include "check/vector_json.h"
#include "fuzz/answers.h"

namespace belfry::fuzz {
namespace {

using rapidjson::Value;

constexpr int kMostAnswers = 80;

bool commits(const std::string& verb, const Value& emitted) {
  return verb == "smtp" ||
         (verb == "http" && check::flagMember(emitted, "commits") && !check::flagMember(emitted, "idempotent"));
}

const Value* emittedWith(const Value& emissions, std::uint32_t tag) {
  for (auto i = emissions.Size(); i-- > 0;)
    if (const Value* t = check::findMember(emissions[i], "tag"); t && t->GetUint() == tag)
      return &emissions[i].MemberBegin()->value;
  return nullptr;
}

void keepsRules(check::Operation& operation, Excuses excuses) {
  for (const auto& fault : operation.recorder().faults()) {
    const bool excused =
        (excuses.secret_shown && fault.rule == "secret_shown") || (excuses.egress && fault.rule == "egress");
    if (!excused) broken(fault.rule + ": " + fault.detail);
  }
}

/// Of the emissions from `begun` on, right after "it may have been sent".
void isNotSentAgain(const Value& emissions, rapidjson::SizeType begun) {
  for (auto k = begun; k < emissions.Size(); ++k) {
    if (const Value* result = check::findMember(emissions[k], "result")) {
      const auto outcome = check::textOf((*result)["outcome"]);
      if (outcome == "retry" || outcome == "throttled" || outcome == "credential")
        broken("what may have been sent ends as " + std::string(outcome));
    }
    if (emissions[k].HasMember("tag") &&
        commits(emissions[k].MemberBegin()->name.GetString(), emissions[k].MemberBegin()->value))
      broken("what may have been sent is sent again");
  }
}

}  // namespace

void broken(const std::string& promise) {
  std::fprintf(stderr, "broken promise: %s\n", promise.c_str());
  std::abort();
}

void runThrough(check::Operation& operation, FuzzInput& input, std::string_view bytes, const check::Instance& instance,
                bool own_config) {
  const Excuses excuses{!check::secretShownIn(instance.host().secrets(), bytes).empty(), own_config};
  keepsRules(operation, excuses);
  for (int i = 0; operation.waiting(); ++i) {
    if (i == kMostAnswers) broken("it does not come to an end");
    const auto [tag, verb] = *operation.recorder().progress().waiting.begin();
    const Value* emitted = emittedWith(operation.emissions(), tag);
    if (!emitted) broken("nothing was emitted under its tag");
    Answer answer(input.more() ? input.take() : "d200", verb, *emitted);
    const bool ambiguous = answer.maybeSent() && commits(verb, *emitted);
    const auto begun = operation.emissions().Size();
    operation.resume(answer.json(tag));
    keepsRules(operation, excuses);
    if (ambiguous) isNotSentAgain(operation.emissions(), begun);
  }
  if (!excuses.secret_shown && !instance.host().leak().empty()) broken(instance.host().leak());
}

}  // namespace belfry::fuzz
