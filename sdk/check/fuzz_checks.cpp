// Rounds of changed inputs. A round is a function of the seed: what fails once fails again.
#include "check/checks.h"
#include "check/crypto.h"
#include "check/random.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Document;
using rapidjson::Value;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : splitMix(state_) % n; }

 private:
  std::uint64_t state_;
};

/// Flips, cuts, doubles and inserts, where parsers stumble.
std::string mutated(std::string text, Dice& dice) {
  static const std::string kPieces[] = {"\"",      "{",     "}",
                                        "[",       "]",     "\\u0000",
                                        "\\ud800", "\xff",  std::string(1, '\0'),
                                        "-1",      "1e999", "99999999999999999999",
                                        "null",    "true",  ",",
                                        ":",       "%00",   "%zz",
                                        "\r\n",    "&",     "="};
  const auto times = 1 + dice.below(6);
  for (std::size_t i = 0; i < times; ++i) {
    const auto at = dice.below(text.size() + 1);
    switch (dice.below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(dice.below(256));
        break;
      case 1: text.resize(at); break;
      case 2: text.insert(at, kPieces[dice.below(sizeof kPieces / sizeof *kPieces)]); break;
      case 3: text.erase(at, 1 + dice.below(8)); break;
      default: text.insert(at, text.substr(dice.below(text.size() + 1), dice.below(64))); break;
    }
  }
  return text;
}

std::string quoted(const std::string& text) { return "\"" + encodeBase64(text) + "\""; }

/// The bodies of the answers in the vectors, to begin with.
std::vector<std::string> answerBodies(const Trial& trial) {
  std::vector<std::string> out = {"{}",
                                  "{\"error\":{\"code\":400,\"message\":\"x\",\"details\":[{\"errorCode\":\"Y\"}]}}",
                                  "<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>"};
  const auto keep = [&](const Value& input) {
    VectorInput parsed;
    const auto* in = parsed.input(input);
    if (in->kind == BF_IN_HTTP && in->http && in->http->body.n < 65536)
      out.emplace_back(in->http->body.n == 0 ? "" : in->http->body.p, in->http->body.n);
  };
  for (const auto* scenario : trial.of(0))
    for (const char* key : {"then", "cases"})
      if (const Value* list = findMember(*scenario->vector, key))
        for (const auto& step : list->GetArray())
          if (const Value* input = findMember(step, "input")) keep(*input);
  return out;
}

std::string seedText(const Trial& trial, std::uint32_t round) {
  return " (seed " + std::to_string(trial.seed) + ", round " + std::to_string(round) + ")";
}

}  // namespace

Finding fuzzAnswers(const Trial& trial) {
  const auto scenarios = trial.of(0);
  const auto bodies = answerBodies(trial);
  static constexpr int kStatuses[] = {200, 201, 202, 204, 207, 301, 400, 401, 403, 404, 409, 410,
                                      413, 415, 422, 429, 500, 502, 503, 504, 599, 100, 0,   -1};
  Dice dice(trial.seed);
  std::vector<std::pair<const Scenario*, Path>> places;
  std::vector<std::unique_ptr<Instance>> instances;
  std::vector<const Instance*> by_place;
  for (const auto* scenario : scenarios) {
    instances.push_back(std::make_unique<Instance>(trial.factory, trial.manifest, scenario->config, scenario->secrets));
    if (!instances.back()->good()) continue;
    for (auto& path : waitingPlaces(*scenario)) {
      places.emplace_back(scenario, std::move(path));
      by_place.push_back(instances.back().get());
    }
  }
  if (places.empty()) return skipped("no vector waits for an answer");
  for (std::uint32_t round = 0; round < trial.rounds; ++round) {
    const auto k = dice.below(places.size());
    auto operation = advance(*by_place[k], *places[k].first, places[k].second);
    const bool end = runToEnd(*operation, [&](const std::string& verb, const Value& emitted) {
      const auto body = mutated(bodies[dice.below(bodies.size())], dice);
      const auto status = kStatuses[dice.below(sizeof kStatuses / sizeof *kStatuses)];
      if (verb == "smtp" && dice.below(2) == 0)
        return R"({"smtp":{"stage":"data","last":{"code":)" + std::to_string(dice.below(700)) +
               R"(,"text":"x"},"rcpts":[{"code":)" + std::to_string(dice.below(700)) + "}]}}";
      if (verb == "get" && dice.below(2) == 0) return std::string(R"({"value":"kept \" {"})");
      if (dice.below(12) == 0) return failedAnswer(verb, emitted, "not_sent", "timeout");
      return httpAnswer(verb, emitted,
                        R"({"status":)" + std::to_string(status) +
                            R"(,"headers":{"retry-after":"7","content-type":"application/json"},"base64":)" +
                            quoted(body) + "}");
    });
    const std::string where = places[k].first->name + seedText(trial, round);
    if (auto broken = brokenRule(*operation, where)) return *broken;
    if (!end)
      return failed(where + ": it does not come to an end",
                    "end each operation: no answer may lead back to the same exchange for ever");
  }
  return passed(std::to_string(trial.rounds) + " rounds, seed " + std::to_string(trial.seed));
}

Finding fuzzCallbacks(const Trial& trial) {
  const auto scenarios = trial.of(BF_REQ_WEBHOOK);
  if (scenarios.empty()) return skipped("no vector has a webhook");
  Dice dice(trial.seed);
  std::vector<std::unique_ptr<Instance>> instances;
  for (const auto* scenario : scenarios)
    instances.push_back(std::make_unique<Instance>(trial.factory, trial.manifest, scenario->config, scenario->secrets));
  for (std::uint32_t round = 0; round < trial.rounds; ++round) {
    const auto k = dice.below(scenarios.size());
    if (!instances[k]->good()) continue;
    Document request;
    request.CopyFrom(*scenarios[k]->request(), request.GetAllocator());
    Value& webhook = request["webhook"];
    VectorInput input;
    const auto body = input.request(*scenarios[k]->request())->webhook->body;
    for (const char* key : {"body", "json", "base64", "repeat"}) webhook.RemoveMember(key);
    const auto changed = mutated(std::string(body.n == 0 ? "" : body.p, body.n), dice);
    webhook.AddMember("base64", Value(encodeBase64(changed).c_str(), request.GetAllocator()), request.GetAllocator());
    if (dice.below(4) == 0 && webhook.HasMember("headers") && webhook["headers"].MemberCount() != 0) {
      auto header =
          webhook["headers"].MemberBegin() + static_cast<std::ptrdiff_t>(dice.below(webhook["headers"].MemberCount()));
      const auto value = mutated(std::string(textOf(header->value)), dice);
      header->value.SetString(value.data(), static_cast<rapidjson::SizeType>(value.size()), request.GetAllocator());
    }
    Operation operation(*instances[k], request, scenarios[k]->now_ms);
    operation.begin();
    const std::string where = scenarios[k]->name + seedText(trial, round);
    const bool end = runToEnd(operation, goodAnswer);
    if (auto broken = brokenRule(operation, where)) return *broken;
    if (!end) return failed(where + ": it does not come to an end", "answer each callback with op.reply(…)");
  }
  return passed(std::to_string(trial.rounds) + " rounds, seed " + std::to_string(trial.seed));
}

Finding fuzzConfig(const Trial& trial) {
  Dice dice(trial.seed);
  std::vector<std::string> configs = {"{}"};
  for (const auto* scenario : trial.of(0)) configs.push_back(scenario->config);
  const FakeHost host;
  for (std::uint32_t round = 0; round < trial.rounds; ++round) {
    const auto config = mutated(configs[dice.below(configs.size())], dice);
    void* instance = nullptr;
    char reason[256] = "";
    const auto status = trial.factory.create(host.abi(), config, &instance, reason, sizeof reason);
    if (status == BF_OK) trial.factory.destroy(instance);
    else if (reason[0] == '\0')
      return failed("a config is refused without a reason" + seedText(trial, round) + ": " + config.substr(0, 100),
                    "write a reason into err that names key, value and what is allowed");
  }
  return passed(std::to_string(trial.rounds) + " rounds, seed " + std::to_string(trial.seed));
}

}  // namespace belfry::check
