// What callbacks do that are not what the provider sent: changed, old, stripped, doubled, made up.
#include <algorithm>

#include "check/checks.h"
#include "check/crypto.h"
#include "check/random.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Document;
using rapidjson::Value;

struct CallbackEnd {
  int status = 0;  ///< 0: no reply
  std::string body;
  std::string events;  ///< JSON, one a line
  std::optional<Finding> broken;
  bool ended = true;
  bool accepted() const { return status >= 200 && status < 300; }
};

/// True when the emissions of a step hold a reply that takes the callback.
bool takes(const Value& step) {
  const Value* emits = findMember(step, "emits");
  bool taken = false;
  if (emits)
    eachEmitted(*emits, "reply", [&](const Value& reply) {
      const auto status = numberMember(reply, "status");
      taken = taken || (status >= 200 && status < 300);
    });
  return taken;
}

/// The answers along the way (a certificate, say) that lead to a callback being taken.
bool findWay(const Value& place, Path& way) {
  if (takes(place)) return true;
  const auto before = way.size();
  if (const Value* then = findMember(place, "then"))
    for (const auto& step : then->GetArray()) {
      way.push_back(findMember(step, "input"));
      if (takes(step)) return true;
    }
  if (const Value* cases = findMember(place, "cases"))
    for (const auto& one : cases->GetArray()) {
      way.push_back(findMember(one, "input"));
      if (findWay(one, way)) return true;
      way.pop_back();
    }
  way.resize(before);
  return false;
}

CallbackEnd call(const Instance& instance, const Scenario& scenario, const Value& request) {
  Operation operation(instance, request, scenario.now_ms);
  operation.begin();
  CallbackEnd out;
  Path way;
  findWay(*scenario.vector, way);
  for (const Value* input : way)
    if (operation.waiting() && input) operation.resume(*input);
  out.ended = runToEnd(operation, goodAnswer);
  eachEmitted(operation.emissions(), "reply", [&](const Value& reply) {
    out.status = static_cast<int>(numberMember(reply, "status"));
    if (const Value* body = findMember(reply, "body"))
      if (body->IsString()) out.body = std::string(textOf(*body));
  });
  eachEmitted(operation.emissions(), "event", [&](const Value& event) { out.events += compactJson(event) + "\n"; });
  out.broken = brokenRule(operation, scenario.name);
  return out;
}

/// A callback of the vectors that is taken, and brings events.
struct Good {
  const Scenario* scenario;
  std::unique_ptr<Instance> instance;
  CallbackEnd end;
};

std::vector<Good> goodCallbacks(const Trial& trial) {
  std::vector<Good> out;
  for (const auto* scenario : trial.of(BF_REQ_WEBHOOK)) {
    auto instance = std::make_unique<Instance>(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance->good()) continue;
    auto end = call(*instance, *scenario, *scenario->request());
    if (end.accepted() && !end.events.empty()) out.push_back({scenario, std::move(instance), std::move(end)});
  }
  return out;
}

Document copyOf(const Scenario& scenario) {
  Document out;
  out.CopyFrom(*scenario.request(), out.GetAllocator());
  return out;
}

std::string bodyOf(const Scenario& scenario) {
  VectorInput input;
  const auto* webhook = input.request(*scenario.request())->webhook;
  return webhook->body.n == 0 ? std::string() : std::string(webhook->body.p, webhook->body.n);
}

void setBody(Document& request, const std::string& body) {
  Value& webhook = request["webhook"];
  for (const char* key : {"body", "json", "base64", "repeat"}) webhook.RemoveMember(key);
  webhook.AddMember("base64", Value(encodeBase64(body).c_str(), request.GetAllocator()), request.GetAllocator());
}

/// No headers, no query: nothing that could be a proof is left.
Document stripped(const Scenario& scenario) {
  Document out = copyOf(scenario);
  Value& webhook = out["webhook"];
  webhook.RemoveMember("headers");
  webhook.RemoveMember("query");
  if (webhook.HasMember("url")) {
    const auto url = std::string(textOf(webhook["url"]));
    webhook["url"].SetString(url.substr(0, url.find('?')).c_str(), out.GetAllocator());
  }
  return out;
}

/// The provider proves itself with a secret that it shows, plain or in HTTP Basic, and signs nothing.
bool showsSecret(const Scenario& scenario) {
  const Value& webhook = (*scenario.request())["webhook"];
  std::string shown;
  for (const char* key : {"url", "query"})
    if (const Value* text = findMember(webhook, key)) shown += std::string(textOf(*text)) + "\n";
  if (const Value* headers = findMember(webhook, "headers"))
    for (const auto& header : headers->GetObject()) {
      const std::string value(textOf(header.value));
      shown += value + "\n" + decodeBase64(value.substr(value.find(' ') + 1)).value_or("") + "\n";
    }
  return !secretShownIn(scenario.secrets, shown).empty();
}

constexpr const char* kVerify =
    "verify before you parse: host().verifyMac() or host().verify() over the bytes as they came, then op.reply(403, "
    "{}, \"bad_signature\")";

}  // namespace

Finding checkGoodCallback(const Trial& trial) {
  if (!trial.manifest.serves("webhook")) return skipped("the manifest serves no webhook");
  if (trial.of(BF_REQ_WEBHOOK).empty())
    return warned("no vector has a webhook", "add one with a true signature: {\"request\": {\"webhook\": …}}");
  const auto good = goodCallbacks(trial);
  if (good.empty())
    return failed("no callback of the vectors is taken and brings an event",
                  "add a vector with a true signature, or mend the plugin");
  for (const auto& one : good) {
    if (one.end.broken) return *one.end.broken;
    const auto again = call(*one.instance, *one.scenario, *one.scenario->request());
    if (again.events != one.end.events || again.status != one.end.status)
      return failed(one.scenario->name + ": the same callback a second time gives something else",
                    "depend on the request alone: the host drops doubles by dedupe_key");
  }
  return passed(std::to_string(good.size()) + " callbacks are taken, and again the same");
}

Finding checkForgedCallback(const Trial& trial) {
  const auto good = goodCallbacks(trial);
  if (good.empty()) return skipped("no vector has a callback that is taken");
  std::optional<Finding> uncovered;
  for (const auto& one : good) {
    const std::string body = bodyOf(*one.scenario);
    const std::size_t step = std::max<std::size_t>(1, body.size() / 64);
    for (std::size_t at = 0; at < body.size(); at += step)
      for (const int bit : {0, 1, 7}) {
        std::string changed = body;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1u << bit));
        Document request = copyOf(*one.scenario);
        setBody(request, changed);
        const auto end = call(*one.instance, *one.scenario, request);
        if (end.broken) return *end.broken;
        // A bit outside of what the provider signs may change nothing that counts.
        if (!end.accepted() || end.events.empty() || end.events == one.end.events) continue;
        const std::string where = one.scenario->name + ": with bit " + std::to_string(bit) + " of byte " +
                                  std::to_string(at) + " of the body flipped, other events are taken";
        if (!showsSecret(*one.scenario)) return failed(where, kVerify);
        uncovered =
            warned(where, "the callback shows a secret, and nothing signs its body: if the provider can sign, " +
                              std::string(kVerify));
      }
  }
  return uncovered ? *uncovered : passed("no flipped bit brings other events");
}

Finding checkStaleCallback(const Trial& trial) {
  const auto good = goodCallbacks(trial);
  if (good.empty()) return skipped("no vector has a callback that is taken");
  const bool windowed = trial.manifest.config_schema.find("\"replay_window_s\"") != std::string::npos;
  for (const auto& one : good)
    for (const std::int64_t days : {30, -30}) {
      Document request = copyOf(*one.scenario);
      Value& webhook = request["webhook"];
      const auto at = numberMember(webhook, "received_ms") + days * 24 * 3600 * 1000;
      webhook.RemoveMember("received_ms");
      webhook.AddMember("received_ms", at, request.GetAllocator());
      const auto end = call(*one.instance, *one.scenario, request);
      if (end.broken) return *end.broken;
      if (!end.accepted() || end.events.empty()) continue;
      if (windowed)
        return failed(
            one.scenario->name + ": it is taken though it came " + std::to_string(days) + " days after it was signed",
            "judge the signed time stamp by Webhook::receivedMs(), with replay_window_s on both sides");
      return skipped("its config has no replay_window_s: callbacks carry no time that is signed");
    }
  return passed("callbacks outside of the replay window are refused");
}

Finding checkCallbackHeaders(const Trial& trial) {
  const auto good = goodCallbacks(trial);
  if (good.empty()) return skipped("no vector has a callback that is taken");
  for (const auto& one : good) {
    const Value* headers = findMember((*one.scenario->request())["webhook"], "headers");
    if (!headers) continue;
    for (const auto& header : headers->GetObject())
      for (const bool doubled : {false, true}) {
        Document request = copyOf(*one.scenario);
        Value& list = request["webhook"]["headers"];
        if (doubled)
          list.AddMember(Value(header.name, request.GetAllocator()), Value("belfry-doubled"), request.GetAllocator());
        else list.RemoveMember(header.name.GetString());
        const auto end = call(*one.instance, *one.scenario, request);
        const std::string where =
            one.scenario->name + (doubled ? " with a second header " : " without header ") + header.name.GetString();
        if (end.broken) return *end.broken;
        if (end.status == 0) return failed(where + " gets no answer", "answer each callback with op.reply(…)");
        if (end.accepted() && end.events != one.end.events && !end.events.empty())
          return failed(where + " brings other events", kVerify);
      }
    const auto bare = call(*one.instance, *one.scenario, stripped(*one.scenario));
    if (bare.broken) return *bare.broken;
    if (bare.accepted() && !bare.events.empty() && !one.scenario->secrets.empty())
      return failed(one.scenario->name + " is taken without any header or query", kVerify);
  }
  return passed("missing and doubled headers do no harm");
}

Finding checkChallenge(const Trial& trial) {
  const auto scenarios = trial.of(BF_REQ_WEBHOOK);
  if (scenarios.empty()) return skipped("no vector has a webhook");
  Document request;
  request.Parse(
      R"({"webhook":{"method":"GET","url":"https://belfry.example/v1/callbacks/i?hub.mode=subscribe&hub.verify_token=wrong-token&hub.challenge=belfry-challenge-1","received_ms":1790000000000}})");
  for (const auto* scenario : scenarios) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    const auto end = call(instance, *scenario, request);
    if (end.broken) return *end.broken;
    if (end.accepted() && end.body.find("belfry-challenge-1") != std::string::npos)
      return failed("a hand-shake with a wrong token is answered with its challenge",
                    "compare the token first: host().matches(\"verify_token\", …)");
    break;
  }
  return passed("a hand-shake with a wrong token gets no answer that would prove something");
}

Finding checkRandomCallbacks(const Trial& trial) {
  const auto scenarios = trial.of(BF_REQ_WEBHOOK);
  if (scenarios.empty()) return skipped("no vector has a webhook");
  const Scenario& scenario = *scenarios.front();
  Instance instance(trial.factory, trial.manifest, scenario.config, scenario.secrets);
  if (!instance.good()) return skipped("the first webhook vector's config is refused");
  std::uint64_t state = trial.seed;
  const std::string fixed[] = {"",
                               "{",
                               "[]",
                               "null",
                               "{}",
                               "[{}]",
                               "[null,1,\"x\"]",
                               "\xff\xfe",
                               std::string(1 << 20, ' '),
                               std::string(200000, '['),
                               std::string(100000, '{')};
  for (int i = 0; i < 400; ++i) {
    std::string body = i < 11 ? fixed[i] : std::string(splitMix(state) % 300, '\0');
    if (i >= 11)
      for (char& c : body) c = static_cast<char>(splitMix(state));
    for (const bool bare : {false, true}) {
      Document request = bare ? stripped(scenario) : copyOf(scenario);
      setBody(request, body);
      const auto end = call(instance, scenario, request);
      if (end.broken) return *end.broken;
      if (!end.ended || end.status == 0)
        return failed("a callback of " + std::to_string(body.size()) + " random bytes gets no answer",
                      "answer each callback with op.reply(…)");
      if (end.accepted() && !end.events.empty()) return failed("random bytes bring events", kVerify);
    }
  }
  return passed("random bytes are answered, and bring nothing");
}

}  // namespace belfry::check
