#include "check/operation.h"

#include "belfry/auth.h"
#include "belfry/channel.h"
#include "belfry/template.h"
#include "check/vector_json.h"

namespace belfry::check {

using rapidjson::Value;

namespace {

constexpr int kMostAnswers = 80;

/// The verb and body that wait under a tag: the last emission with it.
const Value* emittedWith(const Value& emissions, std::uint32_t tag) {
  for (auto i = emissions.Size(); i-- > 0;) {
    const Value* t = findMember(emissions[i], "tag");
    if (t && t->GetUint() == tag) return &emissions[i].MemberBegin()->value;
  }
  return nullptr;
}

}  // namespace

Factory::Factory(const bf_plugin& plugin, const Manifest& manifest) {
  for (const char* id : {BF_CHANNEL_1, BF_AUTH_1})
    if (!machine_ && manifest.providesInterface(id)) machine_ = static_cast<const bf_machine_v1*>(plugin.get(id));
  if (machine_) {
    create_ = [m = machine_](const bf_host* host, bf_str config, void** out, char* err, std::size_t cap) {
      return m->create(host, config, reinterpret_cast<bf_inst**>(out), err, cap);
    };
    destroy_ = [m = machine_](void* instance) { m->destroy(static_cast<bf_inst*>(instance)); };
  } else if (manifest.providesInterface(BF_TEMPLATE_1)) {
    const auto* engine = static_cast<const bf_template_v1*>(plugin.get(BF_TEMPLATE_1));
    create_ = [engine](const bf_host* host, bf_str config, void** out, char* err, std::size_t cap) {
      return engine->create(host, config, reinterpret_cast<bf_engine**>(out), err, cap);
    };
    destroy_ = [engine](void* instance) { engine->destroy(static_cast<bf_engine*>(instance)); };
  }
}

bf_status Factory::create(const bf_host& host, std::string_view config, void** out, char* err, std::size_t cap) const {
  return create_(&host, {config.data(), config.size()}, out, err, cap);
}

void Factory::destroy(void* instance) const { destroy_(instance); }

Instance::Instance(const Factory& factory, const Manifest& manifest, std::string config, Secrets secrets,
                   std::set<std::string> missing)
    : factory_(factory), host_(std::move(secrets), std::move(missing)), reach_(manifest, config) {
  char reason[512] = "";
  status_ = factory.create(host_.abi(), config, &instance_, reason, sizeof reason);
  reason_ = reason;
}

Instance::~Instance() {
  if (good()) factory_.destroy(instance_);
}

Operation::Operation(const Instance& instance, const Value& request, std::int64_t now_ms, const bf_ops& ops)
    : instance_(instance), ops_(ops), request_(request), state_(instance.machine()) {
  frame_.now_ms = now_ms;
  frame_.reach = &instance.reach();
  frame_.secrets = &instance.host().secrets();
}

Operation::Operation(const Operation& other, const Instance& instance)
    : instance_(instance), ops_(other.ops_), request_(other.request_), frame_(other.frame_), state_(other.state_) {
  frame_.reach = &instance.reach();
  frame_.secrets = &instance.host().secrets();
  recorder_ = std::make_unique<Recorder>(json_->GetAllocator(), frame_);
  recorder_->restore(other.recorder_->progress());
  last_ = other.last_;
  emissions_.CopyFrom(other.emissions_, json_->GetAllocator());
  transcript_ = other.transcript_;
}

std::int32_t Operation::begin() {
  const bf_req* req = input_.request(request_);
  frame_.kind = req->kind;
  frame_.recipients = req->kind == BF_REQ_SEND ? static_cast<std::uint32_t>(req->n_messages) : 1;
  frame_.blobs = input_.blobs();
  recorder_ = std::make_unique<Recorder>(json_->GetAllocator(), frame_);
  return took(instance_.machine().begin(instance_.get(), recorder_->op(), &ops_, state_.get(), req));
}

std::int32_t Operation::resume(const Value& input) {
  VectorInput own;
  VectorInput again;  // the request, at another address than begin saw it
  bf_input in = *own.input(input);
  in.req = again.request(request_);
  recorder_->settle(in.tag);
  return took(instance_.machine().resume(instance_.get(), recorder_->op(), &ops_, state_.get(), &in));
}

std::int32_t Operation::resume(const std::string& input, std::uint32_t tag) {
  rapidjson::Document document;
  document.Parse(input.data(), input.size());
  document.AddMember("tag", tag, document.GetAllocator());
  return resume(document);
}

void Operation::move() {
  state_.move();
  recorder_->poisonArena();
}

std::int32_t Operation::took(std::int32_t step) {
  last_ = step;
  recorder_->close(step);
  Value list = recorder_->takeEmissions();
  transcript_ += compactJson(list) + " -> " + std::to_string(step) + "\n";
  for (auto& emission : list.GetArray()) emissions_.PushBack(emission, json_->GetAllocator());
  return step;
}

bool runToEnd(Operation& operation, const Answer& answer, bool last_first) {
  for (int i = 0; operation.waiting(); ++i) {
    const auto& waiting = operation.recorder().progress().waiting;
    if (i == kMostAnswers || waiting.empty()) return false;
    const auto [tag, verb] = last_first ? *waiting.rbegin() : *waiting.begin();
    const Value* emitted = emittedWith(operation.emissions(), tag);
    const Value nothing;
    operation.resume(answer(verb, emitted ? *emitted : nothing), tag);
  }
  return true;
}

std::unique_ptr<Operation> advance(const Instance& instance, const Scenario& scenario, const Path& path) {
  auto operation = std::make_unique<Operation>(instance, *scenario.request(), scenario.now_ms);
  operation->begin();
  for (const Value* input : path)
    if (operation->waiting() && input) operation->resume(*input);
  return operation;
}

std::string failedAnswer(const std::string& verb, const Value& emitted, const char* fate, const char* error) {
  const std::string end = std::string(R"(,"fate":")") + fate + R"(","error":")" + error + "\"}";
  if (verb == "http") return R"({"http":{})" + end;
  if (verb == "token") return R"({"token":"t")" + end;
  if (verb != "smtp") return goodAnswer(verb, emitted);
  std::string rcpts;
  const Value* list = findMember(emitted, "rcpts");
  for (rapidjson::SizeType i = 0; list && i < list->Size(); ++i)
    rcpts += (i == 0 ? "" : ",") + std::string(R"({"code":0})");
  return R"({"smtp":{"rcpts":[)" + rcpts + "]}" + end;
}

std::string goodAnswer(const std::string& verb, const Value& emitted) {
  if (verb == "http") return R"({"http":{"status":200,"headers":{"content-type":"application/json"},"body":"{}"}})";
  if (verb == "token") return R"({"token":"t"})";
  if (verb == "sleep") return R"({"timer":true})";
  if (verb == "get") return R"({"value":null})";
  if (verb == "verify") return R"({"verdict":{"found":false}})";
  if (verb == "credential") return R"({"credential":{"found":false}})";
  std::string rcpts;
  const Value* list = findMember(emitted, "rcpts");
  for (rapidjson::SizeType i = 0; list && i < list->Size(); ++i)
    rcpts += (i == 0 ? "" : ",") + std::string(R"({"code":250})");
  return R"({"smtp":{"stage":"data","last":{"code":250,"enhanced":"2.0.0","text":"queued"},"rcpts":[)" + rcpts + "]}}";
}

std::string httpAnswer(const std::string& verb, const Value& emitted, const std::string& http) {
  return verb == "http" ? R"({"http":)" + http + "}" : goodAnswer(verb, emitted);
}

void eachEmitted(const Value& emissions, const char* verb, const std::function<void(const Value&)>& visit) {
  for (const auto& emission : emissions.GetArray())
    if (const Value* body = findMember(emission, verb)) visit(*body);
}

}  // namespace belfry::check
