// One bundled plugin, linked in, under libFuzzer: its config, callbacks, answers, messages and credentials.
#include <algorithm>
#include <string>

#include "check/vector_json.h"
#include "fuzz/answers.h"
#include "fuzz/promises.h"
#include "fuzz/seeds.h"
#include "fuzz/subject.h"

namespace belfry::fuzz {
namespace {

using rapidjson::Document;
using rapidjson::Value;

const Subject::Place* chosen(const std::vector<Subject::Place>& places, std::size_t index) {
  return places.empty() ? nullptr : &places[index % places.size()];
}

/// A config is refused with a reason that shows no secret, or makes an instance that keeps the rules.
void config(FuzzInput& input, std::string_view bytes) {
  const auto* place = chosen(Subject::get().starts(), input.scenario);
  const auto& scenario = *place->scenario;
  const check::Instance instance(Subject::get().factory(), Subject::get().manifest(), std::string(input.take()),
                                 scenario.secrets);
  if (!instance.good()) {
    if (instance.reason().empty()) broken("a config is refused without a reason");
    if (check::secretShownIn(scenario.secrets, bytes).empty() &&
        !check::secretShownIn(scenario.secrets, instance.reason()).empty())
      broken("a config is refused with a secret in the reason");
    return;
  }
  check::Operation operation(instance, *scenario.request(), scenario.now_ms);
  operation.begin();
  runThrough(operation, input, bytes, instance, true);
}

/// A callback without a true proof is answered without events, or refused.
void callback(FuzzInput& input, std::string_view bytes) {
  const auto* place = chosen(Subject::get().callbacks(), input.scenario);
  if (!place) return;
  Document request;
  request.CopyFrom(*place->scenario->request(), request.GetAllocator());
  auto& json = request.GetAllocator();
  Value& webhook = request["webhook"];
  for (const char* key : {"method", "url", "query", "headers", "body", "json", "base64", "repeat"})
    webhook.RemoveMember(key);
  webhook.AddMember("method", textValue(input.take(), json), json);
  webhook.AddMember("url", textValue(input.take(), json), json);
  webhook.AddMember("headers", headersOf(input.take(), json), json);
  webhook.AddMember("body", textValue(input.take(), json), json);
  const auto proofs = place->instance->host().proofs();
  check::Operation operation(*place->instance, request, place->scenario->now_ms);
  operation.begin();
  runThrough(operation, input, bytes, *place->instance);
  bool events = false;
  bool taken = false;
  check::eachEmitted(operation.emissions(), "event", [&](const Value&) { events = true; });
  check::eachEmitted(operation.emissions(), "reply", [&](const Value& reply) {
    const auto status = check::numberMember(reply, "status");
    taken = status >= 200 && status < 300;
  });
  if (events && taken && place->instance->host().proofs() == proofs) broken("a callback without a proof brings events");
}

void answers(FuzzInput& input, std::string_view bytes) {
  const auto& waiting = Subject::get().waiting();
  const auto* place = chosen(waiting, input.scenario * 256 + input.place);
  if (!place) return;
  auto operation = check::advance(*place->instance, *place->scenario, place->path);
  runThrough(*operation, input, bytes, *place->instance);
}

/// "member US value": `to` and other members of the message, "content/x", "options/x", "headers/x", "metadata".
void change(Value& message, std::string_view part, Document::AllocatorType& json) {
  const auto pair = split(part, kSubPart);
  if (pair.size() != 2) return;
  const auto slash = pair[0].find('/');
  Value* where = &message;
  auto name = pair[0];
  if (slash != std::string_view::npos) {
    const std::string group(name.substr(0, slash));
    if (group != "content" && group != "options" && group != "headers") return;
    if (!message.HasMember(group.c_str()))
      message.AddMember(textValue(group, json), Value(rapidjson::kObjectType), json);
    where = &message[group.c_str()];
    name.remove_prefix(slash + 1);
  } else if (name != "to" && name != "to_kind" && name != "to_name" && name != "user_id" && name != "language") {
    return;
  }
  where->RemoveMember(textValue(name, json));
  where->AddMember(textValue(name, json), textValue(pair[1], json), json);
}

void message(FuzzInput& input, std::string_view bytes) {
  const auto* place = chosen(Subject::get().messages(), input.scenario);
  if (!place) return;
  Document request;
  request.CopyFrom(*place->scenario->request(), request.GetAllocator());
  while (input.more()) {
    const auto part = input.take();
    if (part.empty()) break;
    change(request["messages"][0], part, request.GetAllocator());
  }
  check::Operation operation(*place->instance, request, place->scenario->now_ms);
  operation.begin();
  runThrough(operation, input, bytes, *place->instance);
}

void credential(FuzzInput& input, std::string_view bytes) {
  const auto* place = chosen(Subject::get().credentials(), input.scenario);
  if (!place) return;
  Document request(rapidjson::kObjectType);
  Value presented(rapidjson::kObjectType);
  presented.AddMember("scheme", textValue(input.take(), request.GetAllocator()), request.GetAllocator());
  presented.AddMember("value", textValue(input.take(), request.GetAllocator()), request.GetAllocator());
  request.AddMember("presented", presented, request.GetAllocator());
  check::Operation operation(*place->instance, request, place->scenario->now_ms);
  operation.begin();
  runThrough(operation, input, bytes, *place->instance);
}

void run(std::string_view bytes) {
  auto input = FuzzInput::of(bytes);
  switch (input.kind) {
    case 'c': return config(input, bytes);
    case 'w': return callback(input, bytes);
    case 'a': return answers(input, bytes);
    case 'm': return message(input, bytes);
    case 'p': return credential(input, bytes);
    default: return;
  }
}

}  // namespace
}  // namespace belfry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belfry::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}

/// `PROGRAM --seeds DIRECTORY` writes what the fuzzing begins with, and ends.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string((*argv)[1]) != "--seeds") return 0;
  belfry::fuzz::writeSeeds((*argv)[2]);
  std::exit(0);
}
