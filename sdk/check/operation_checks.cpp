// What operations do, whatever the answers are: the same every time, anywhere, once for each message.
#include <malloc.h>

#include <set>

#include "check/checks.h"
#include "check/heap_growth.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

const Finding kNoVectors = skipped("no vectors with a request");

/// Calls visit for each scenario that has a good instance, until it finds something.
template <class Visit>
std::optional<Finding> eachScenario(const Trial& trial, std::int32_t kind, Visit&& visit) {
  for (const auto* scenario : trial.of(kind)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    if (auto finding = visit(*scenario, instance)) return finding;
  }
  return std::nullopt;
}

std::string wholeRun(const Instance& instance, const Scenario& scenario, const Path& path) {
  auto operation = advance(instance, scenario, path);
  runToEnd(*operation, goodAnswer);
  return operation->transcript();
}

/// Where both texts part, with a little before it.
std::string parting(const std::string& a, const std::string& b) {
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const auto from = at > 30 ? at - 30 : 0;
  return "first …" + a.substr(from, 100) + "… then …" + b.substr(from, 100) + "…";
}

/// The request with its first message n times, each with a delivery id of its own.
rapidjson::Document batchOf(const Scenario& scenario, std::uint32_t n) {
  rapidjson::Document out;
  out.CopyFrom(*scenario.request(), out.GetAllocator());
  Value& messages = out["messages"];
  Value first(messages[0], out.GetAllocator());
  messages.Clear();
  for (std::uint32_t i = 0; i < n; ++i) {
    Value one(first, out.GetAllocator());
    const std::string id = "01936b2e-7d40-7000-8000-" + std::to_string(100000000000 + i);
    one.RemoveMember("delivery_id");
    one.AddMember("delivery_id", Value(id.c_str(), out.GetAllocator()), out.GetAllocator());
    messages.PushBack(one, out.GetAllocator());
  }
  return out;
}

bool batchable(const Instance& instance, const Value& request) {
  const auto& machine = instance.machine();
  if (!BF_HAS(&machine, batch_key) || !machine.batch_key) return false;
  VectorInput input;
  return machine.batch_key(instance.get(), input.request(request)->messages[0]) != 0;
}

}  // namespace

Finding checkRequests(const Trial& trial) {
  const std::pair<const char*, const char*> kinds[] = {
      {"webhook", R"({"webhook":{"body":""}})"},
      {"probe", R"({"probe":true})"},
      {"token", R"({"token":"no-such-token"})"},
      {"status", R"({"status":{"delivery_id":"d","provider_id":"p"}})"}};
  const auto* good = trial.good();
  Instance instance(trial.factory, trial.manifest, good ? good->config : "{}", good ? good->secrets : Secrets{});
  if (!instance.good()) return skipped("no vectors, and {} is no config: " + instance.reason());
  const bool channel = trial.manifest.providesInterface("belfry.channel/1");
  for (const auto& [name, json] : kinds) {
    rapidjson::Document request;
    request.Parse(json);
    Operation operation(instance, request, 0);
    operation.begin();
    const bool end = runToEnd(operation, goodAnswer);
    if (auto broken = brokenRule(operation, std::string("a request of kind ") + name)) return *broken;
    if (!end) return failed(std::string(name) + ": it does not come to an end", "end each operation within 64 verbs");
    bool unsupported = false;
    eachEmitted(operation.emissions(), "fail", [&](const Value& f) {
      const Value* code = findMember(f, "code");
      unsupported = unsupported || (code && textOf(*code) == "unsupported");
    });
    if (channel && trial.manifest.serves(name) && unsupported)
      return failed(std::string("the manifest says that it serves ") + name + ", and the plugin says it does not",
                    std::string("take it out of `requests`, or give the class a member function ") + name);
    if (channel && !trial.manifest.serves(name) && operation.last() == BF_STEP_DONE &&
        !operation.recorder().progress().answered)
      return failed(std::string("it serves ") + name + ", and the manifest does not say so",
                    std::string("add \"") + name + "\" to `requests`");
  }
  return passed("serves the kinds of request of its manifest, and refuses the others");
}

Finding checkDeterminism(const Trial& trial) {
  if (trial.of(0).empty()) return kNoVectors;
  const auto finding =
      eachScenario(trial, 0, [&](const Scenario& scenario, Instance& instance) -> std::optional<Finding> {
        const auto first = wholeRun(instance, scenario, {});
        mallopt(M_PERTURB, 0x5a);  // fresh memory looks different now
        for (int i = 0; i < 3; ++i) {
          const auto again = wholeRun(instance, scenario, {});
          if (again != first)
            return failed(
                scenario.name + ": the same input gives something else: " + parting(first, again),
                "take clock and random numbers from the operation (op.nowMs(), op.random()); zero what you do not set");
        }
        return std::nullopt;
      });
  return finding ? *finding : passed("the same input gives the same output");
}

Finding checkReplay(const Trial& trial) {
  if (trial.of(0).empty()) return kNoVectors;
  int places = 0;
  const auto finding =
      eachScenario(trial, 0, [&](const Scenario& scenario, Instance& instance) -> std::optional<Finding> {
        Instance restarted(trial.factory, trial.manifest, scenario.config, scenario.secrets);
        for (const auto& path : waitingPlaces(scenario)) {
          const auto usual = wholeRun(instance, scenario, path);
          const auto original = advance(instance, scenario, path);
          Operation copy(*original, restarted);
          original->move();
          copy.move();
          runToEnd(copy, goodAnswer);
          ++places;
          if (copy.transcript() != usual)
            return failed(scenario.name + " after " + std::to_string(path.size()) +
                              " answers: with its state in a restarted plugin it goes on differently: " +
                              parting(usual, copy.transcript()),
                          "keep in State all that resume needs, as plain data without pointers; nothing in the "
                          "instance or the arena");
        }
        return std::nullopt;
      });
  return finding ? *finding : passed("goes on from " + std::to_string(places) + " places with its state elsewhere");
}

Finding checkBatch(const Trial& trial) {
  if (trial.factory.machine()->max_batch != trial.manifest.max_batch)
    return failed("the table says max_batch " + std::to_string(trial.factory.machine()->max_batch) + ", the manifest " +
                      std::to_string(trial.manifest.max_batch),
                  "give both the same: kMaxBatch of the class, `max_batch` of the manifest");
  if (trial.of(BF_REQ_SEND).empty()) return skipped("no vectors with messages");
  const auto finding =
      eachScenario(trial, BF_REQ_SEND, [&](const Scenario& scenario, Instance& instance) -> std::optional<Finding> {
        std::set<std::uint32_t> sizes = {1};
        if (batchable(instance, *scenario.request()))
          sizes.insert({std::min(trial.manifest.max_batch, 2u), trial.manifest.max_batch});
        for (const auto n : sizes)
          for (const char* status : {"200", "500"}) {
            const auto request = batchOf(scenario, n);
            Operation operation(instance, request, scenario.now_ms);
            operation.begin();
            const std::string http = std::string(R"({"status":)") + status + R"(,"body":"{}"})";
            const bool end =
                runToEnd(operation, [&](const auto& verb, const Value& e) { return httpAnswer(verb, e, http); });
            if (auto broken = brokenRule(operation, scenario.name + " with " + std::to_string(n) + " messages"))
              return broken;
            if (!end)
              return failed(scenario.name + ": it does not come to an end", "end each operation within 64 verbs");
          }
        return std::nullopt;
      });
  if (finding) return *finding;
  return passed("one result for each message, alone and in the largest batch");
}

Finding checkOutOfOrder(const Trial& trial) {
  int several = 0;
  const auto finding =
      eachScenario(trial, 0, [&](const Scenario& scenario, Instance& instance) -> std::optional<Finding> {
        for (const auto& path : waitingPlaces(scenario)) {
          auto operation = advance(instance, scenario, path);
          if (operation->recorder().progress().waiting.size() < 2) continue;
          ++several;
          const bool end = runToEnd(*operation, goodAnswer, true);
          if (auto broken = brokenRule(*operation, scenario.name + " with answers in reverse order")) return broken;
          if (!end)
            return failed(scenario.name + ": with answers in reverse order it does not come to an end",
                          "count answers, and tell them apart by their tag");
        }
        return std::nullopt;
      });
  if (finding) return *finding;
  return several == 0 ? skipped("it never has several exchanges under way") : passed("answers may come in any order");
}

Finding checkCancel(const Trial& trial) {
  if (trial.of(0).empty()) return kNoVectors;
  const auto finding =
      eachScenario(trial, 0, [&](const Scenario& scenario, Instance& instance) -> std::optional<Finding> {
        for (const auto& path : waitingPlaces(scenario)) {
          const auto grown = heapGrowth(1000, [&] { advance(instance, scenario, path); });
          if (grown != 0)
            return failed(
                scenario.name + ": an operation that is forgotten after " + std::to_string(path.size()) +
                    " answers leaves " + std::to_string(grown) + " bytes behind",
                "keep plain data in State: no classes that own memory; use op.alloc or emit what you need again");
        }
        return std::nullopt;
      });
  return finding ? *finding : passed("an operation can be forgotten wherever it waits");
}

}  // namespace belfry::check
