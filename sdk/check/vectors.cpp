#include "check/vectors.h"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "belfry/auth.h"
#include "belfry/channel.h"
#include "check/child.h"
#include "check/fake_host.h"
#include "check/load_checks.h"
#include "check/op_state.h"
#include "check/recorder.h"
#include "check/scenario.h"
#include "check/vector_input.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr std::chrono::seconds kLimit{30};

std::string pretty(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

const char* stepName(std::int32_t step) {
  return step == BF_STEP_DONE    ? "done"
         : step == BF_STEP_WAIT  ? "wait"
         : step == BF_STEP_ERROR ? "error"
                                 : "an unknown number";
}

/// Runs one vector file and compares, or fills in.
class VectorRun {
 public:
  VectorRun(const bf_machine_v1& machine, const Manifest& manifest, rapidjson::Document& vector, bool accept,
            bool moving)
      : machine_(machine),
        vector_(vector),
        accept_(accept),
        moving_(moving),
        config_(findMember(vector, "config") ? compactJson(*findMember(vector, "config")) : "{}"),
        host_(secretsOf(vector)),
        reach_(manifest, config_) {
    allowOnly(vector, "vector",
              {"name", "config", "secrets", "now_ms", "request", "emits", "returns", "then", "cases", "create_error"});
  }

  /// The first difference, or "".
  std::string run() {
    bf_inst* instance = nullptr;
    if (!create(instance)) return fault_;
    begin(instance);
    machine_.destroy(instance);
    if (fault_.empty() && !host_.leak().empty()) fault_ = "it shows the " + host_.leak();
    return fault_;
  }
  /// The rule that was broken, when one was.
  const std::string& rule() const { return rule_; }

 private:
  Value* find(Value& object, const char* key) {
    const auto member = object.FindMember(key);
    return member == object.MemberEnd() ? nullptr : &member->value;
  }

  bool create(bf_inst*& instance) {
    char reason[512] = "";
    const auto status =
        machine_.create(&host_.abi(), {config_.data(), config_.size()}, &instance, reason, sizeof reason);
    if (const Value* wanted = find(vector_, "create_error")) {
      if (status == BF_OK) machine_.destroy(instance);
      if (status == BF_OK) fault_ = "create succeeded, though it should have failed";
      else if (std::string(reason).find(wanted->GetString()) == std::string::npos)
        fault_ = std::string("create failed with: ") + reason;
      return false;
    }
    if (status != BF_OK) fault_ = std::string("create failed: ") + reason;
    return status == BF_OK;
  }

  void begin(bf_inst* instance) {
    VectorInput input;
    Value* request = find(vector_, "request");
    if (!request) throw std::invalid_argument("member request: it is needed");
    const bf_req* req = input.request(*request);
    request_ = req;
    OpFrame frame;
    frame.kind = req->kind;
    frame.recipients = req->kind == BF_REQ_SEND ? static_cast<std::uint32_t>(req->n_messages) : 1;
    frame.now_ms = numberMember(vector_, "now_ms");
    frame.reach = &reach_;
    frame.secrets = &host_.secrets();
    frame.blobs = input.blobs();
    Recorder recorder(vector_.GetAllocator(), std::move(frame));
    OpState state(machine_);
    const auto step = machine_.begin(instance, recorder.op(), &Recorder::ops(), state.get(), req);
    compare("begin", vector_, step, recorder);
    follow(instance, recorder, state, vector_);
  }

  /// Runs the steps `then` of this place, and then its `cases`, each from where `then` has come to.
  void follow(bf_inst* instance, Recorder& recorder, OpState& state, Value& place) {
    each(place, "then", [&](Value& then, const std::string& name) { resume(instance, recorder, state, then, name); });
    const auto before = recorder.progress();
    each(place, "cases", [&](Value& one, const std::string& name) {
      OpState own(state);
      recorder.restore(before);
      resume(instance, recorder, own, one, name);
      follow(instance, recorder, own, one);
    });
  }

  template <class Visit>
  void each(Value& place, const char* key, Visit&& visit) {
    Value* list = find(place, key);
    if (!list) return;
    if (!list->IsArray()) refuseMember(key, "an array is needed");
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      allowOnly((*list)[i], key, {"name", "input", "emits", "returns", "then", "cases"});
      const Value* name = find((*list)[i], "name");
      visit((*list)[i], std::string(key) + " " + (name && name->IsString() ? name->GetString() : std::to_string(i)));
    }
  }

  void resume(bf_inst* instance, Recorder& recorder, OpState& state, Value& expected, const std::string& name) {
    VectorInput input;
    Value* given = find(expected, "input");
    if (!given) throw std::invalid_argument(name + ": member input is needed");
    bf_input in = *input.input(*given);
    in.req = request_;
    recorder.settle(in.tag);
    if (moving_) state.move();
    if (moving_) recorder.poisonArena();
    const auto step = machine_.resume(instance, recorder.op(), &Recorder::ops(), state.get(), &in);
    compare(name, expected, step, recorder);
  }

  void compare(const std::string& where, Value& expected, std::int32_t step, Recorder& recorder) {
    recorder.close(step);
    Value emissions = recorder.takeEmissions();
    if (fault_.empty() && !recorder.faults().empty()) {
      rule_ = recorder.faults().front().rule;
      fault_ = where + ": " + recorder.faults().front().detail;
    }
    if (accept_) {
      put(expected, "emits", std::move(emissions));
      put(expected, "returns", Value(rapidjson::StringRef(stepName(step))));
      return;
    }
    const Value* emits = find(expected, "emits");
    const Value* returns = find(expected, "returns");
    const std::string wanted = emits ? compactJson(*emits) : "nothing";
    const std::string got = compactJson(emissions);
    if (wanted != got) differ(where, "emits", wanted, got);
    if (!returns || !returns->IsString() || std::string(returns->GetString()) != stepName(step))
      differ(where, "returns", returns ? compactJson(*returns) : "nothing", stepName(step));
  }

  void put(Value& object, const char* key, Value value) {
    if (Value* old = find(object, key)) *old = value;
    else object.AddMember(Value(rapidjson::StringRef(key)), value, vector_.GetAllocator());
  }

  /// Shows both texts from a little before the place where they part.
  void differ(const std::string& where, const char* what, const std::string& wanted, const std::string& got) {
    if (!fault_.empty()) return;
    const auto parted = std::mismatch(
        wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(std::min(wanted.size(), got.size())), got.begin());
    const auto at = static_cast<std::size_t>(parted.first - wanted.begin());
    const auto from = at > 40 ? at - 40 : 0;
    fault_ = where + " " + what + " differ at byte " + std::to_string(at) + ": wanted …" + wanted.substr(from, 160) +
             "… got …" + got.substr(from, 160) + "…" + (moving_ ? " (with moved state)" : "");
  }

  const bf_machine_v1& machine_;
  rapidjson::Document& vector_;
  bool accept_;
  bool moving_;
  std::string config_;
  FakeHost host_;
  Reach reach_;
  std::string fault_;
  const bf_req* request_ = nullptr;  // what begin was given, while the operation runs
  std::string rule_;
};

const bf_machine_v1* machineOf(const bf_plugin& plugin, const Manifest& manifest) {
  for (const char* id : {BF_CHANNEL_1, BF_AUTH_1})
    if (manifest.providesInterface(id)) return static_cast<const bf_machine_v1*>(plugin.get(id));
  return nullptr;
}

void writeFile(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((file && std::fclose(file) != 0) || !written) throw std::runtime_error("cannot write " + path);
}

struct VectorEnd {
  std::string fault;
  std::string rule;
};

VectorEnd runOnce(const bf_machine_v1& machine, const Manifest& manifest, rapidjson::Document& vector, bool accept,
                  bool moving) {
  VectorRun run(machine, manifest, vector, accept, moving);
  auto fault = run.run();
  return {std::move(fault), run.rule()};
}

VectorEnd runVector(const bf_machine_v1& machine, const Manifest& manifest, const std::string& path, bool accept) {
  rapidjson::Document vector;
  readVector(path, vector);
  auto end = runOnce(machine, manifest, vector, accept, false);
  if (accept && end.fault.empty()) writeFile(path, pretty(vector));
  return accept || !end.fault.empty() ? end : runOnce(machine, manifest, vector, false, true);
}

void checkVector(ChildReport& child, const std::string& plugin_path, const Manifest& manifest, const std::string& path,
                 bool accept) {
  const std::string check = "vectors/" + std::filesystem::path(path).stem().string();
  const bf_plugin* plugin = loadPlugin(child, plugin_path);
  const bf_machine_v1* machine = plugin ? machineOf(*plugin, manifest) : nullptr;
  if (!machine) return child.skip(check, "vectors drive channel and auth plugins");
  child.stage("in " + check);
  try {
    const auto end = runVector(*machine, manifest, path, accept);
    if (end.fault.empty()) child.pass(check, accept ? "written" : "emits what it should, twice");
    else
      child.fail(
          check, end.fault,
          end.rule.empty() ? "mend the plugin, or look at the change with --accept and git diff" : mend(end.rule));
  } catch (const std::exception& e) {
    child.fail(check, e.what(), "mend the vector file; sdk/check/README.md says what it holds");
  }
}

}  // namespace

void checkVectors(const std::string& plugin, const Manifest& manifest, const std::string& directory, bool accept,
                  Report& report) {
  const auto files = vectorFiles(directory);
  if (files.empty()) return report.fail("vectors", "no *.json in " + directory, "name a directory of vector files");
  for (const auto& file : files) {
    Report lines;
    const auto end =
        runInChild(lines, kLimit, [&](ChildReport& child) { checkVector(child, plugin, manifest, file, accept); });
    for (const auto& line : lines.lines())
      if (line.check.rfind("load/", 0) != 0 || line.verdict != Verdict::pass) report.add(line);
    const auto name = "vectors/" + std::filesystem::path(file).stem().string();
    if (end.crashed)
      report.crash(name, end.how,
                   "run it under a debugger: gdb --args belfry-plugin-check " + plugin + " --vectors " + directory);
    if (!end.output.empty())
      report.fail(name, "it writes: " + end.output.substr(0, 200), "use the service belfry.log/1");
  }
}

}  // namespace belfry::check
