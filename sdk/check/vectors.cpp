#include "check/vectors.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "belfry/auth.h"
#include "belfry/channel.h"
#include "check/child.h"
#include "check/elf_file.h"
#include "check/fake_host.h"
#include "check/load_checks.h"
#include "check/vector_input.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr std::chrono::seconds kLimit{30};

std::string compact(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

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

/// The state of one operation, as the host keeps it: zeroed, aligned, and movable.
class State {
 public:
  explicit State(const bf_machine_v1& machine)
      : align_(std::max<std::size_t>(machine.op_state_align, 1)), bytes_(machine.op_state_size) {
    place();
  }
  State(const State& other) : align_(other.align_), bytes_(other.bytes_) {
    place();
    std::memcpy(at_, other.at_, bytes_);
  }
  State& operator=(const State&) = delete;
  void* get() { return at_; }
  /// Elsewhere, with the old place overwritten.
  void move() {
    std::vector<char> old = std::move(memory_);
    const char* from = at_;
    place();
    std::memcpy(at_, from, bytes_);
    std::fill(old.begin(), old.end(), '\x5a');
    graveyard_.push_back(std::move(old));
  }

 private:
  void place() {
    memory_.assign(bytes_ + align_, '\0');
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    at_ = memory_.data() + ((address + align_ - 1) / align_ * align_ - address);
  }
  std::size_t align_;
  std::size_t bytes_;
  std::vector<char> memory_;
  std::vector<std::vector<char>> graveyard_;  // kept, so that a stale pointer reads 0x5a and not the heap's next block
  char* at_ = nullptr;
};

/// Runs one vector file and compares, or fills in.
class VectorRun {
 public:
  VectorRun(const bf_machine_v1& machine, rapidjson::Document& vector, bool accept, bool moving)
      : machine_(machine), vector_(vector), accept_(accept), moving_(moving) {}

  /// The first difference, or "".
  std::string run() {
    bf_inst* instance = nullptr;
    if (!create(instance)) return fault_;
    begin(instance);
    machine_.destroy(instance);
    return fault_;
  }

 private:
  Value* find(Value& object, const char* key) {
    const auto member = object.FindMember(key);
    return member == object.MemberEnd() ? nullptr : &member->value;
  }

  bool create(bf_inst*& instance) {
    Value* config = find(vector_, "config");
    const std::string json = config ? compact(*config) : "{}";
    char reason[512] = "";
    const auto status = machine_.create(&fakeHost(), {json.data(), json.size()}, &instance, reason, sizeof reason);
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
    const Value* now = find(vector_, "now_ms");
    Recorder recorder(vector_.GetAllocator(), now && now->IsInt64() ? now->GetInt64() : 0);
    State state(machine_);
    VectorInput input;
    Value* request = find(vector_, "request");
    if (!request) throw std::invalid_argument("member request: it is needed");
    const auto step = machine_.begin(instance, recorder.op(), &Recorder::ops(), state.get(), input.request(*request));
    compare("begin", vector_, step, recorder.takeEmissions());
    each("then", [&](Value& then, const std::string& name) { resume(instance, recorder, state, then, name); });
    each("cases", [&](Value& one, const std::string& name) {
      State own(state);
      resume(instance, recorder, own, one, name);
    });
  }

  template <class Visit>
  void each(const char* key, Visit&& visit) {
    Value* list = find(vector_, key);
    if (!list) return;
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      const Value* name = find((*list)[i], "name");
      visit((*list)[i], std::string(key) + " " + (name && name->IsString() ? name->GetString() : std::to_string(i)));
    }
  }

  void resume(bf_inst* instance, Recorder& recorder, State& state, Value& expected, const std::string& name) {
    VectorInput input;
    Value* given = find(expected, "input");
    if (!given) throw std::invalid_argument(name + ": member input is needed");
    if (moving_) state.move();
    const auto step = machine_.resume(instance, recorder.op(), &Recorder::ops(), state.get(), input.input(*given));
    compare(name, expected, step, recorder.takeEmissions());
  }

  void compare(const std::string& where, Value& expected, std::int32_t step, Value emissions) {
    if (accept_) {
      put(expected, "emits", std::move(emissions));
      put(expected, "returns", Value(rapidjson::StringRef(stepName(step))));
      return;
    }
    const Value* emits = find(expected, "emits");
    const Value* returns = find(expected, "returns");
    if (!emits || *emits != emissions) differ(where, "emits", emits ? compact(*emits) : "nothing", compact(emissions));
    if (!returns || !returns->IsString() || std::string(returns->GetString()) != stepName(step))
      differ(where, "returns", returns ? compact(*returns) : "nothing", stepName(step));
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
  std::string fault_;
};

const bf_machine_v1* machineOf(const bf_plugin& plugin, const Manifest& manifest) {
  for (const char* id : {BF_CHANNEL_1, BF_AUTH_1})
    if (manifest.providesInterface(id)) return static_cast<const bf_machine_v1*>(plugin.get(id));
  return nullptr;
}

void readVector(const std::string& path, rapidjson::Document& out) {
  std::string error;
  const auto text = readBytes(path, error);
  if (!text) throw std::invalid_argument(error);
  out.Parse<rapidjson::kParseValidateEncodingFlag>(text->data(), text->size());
  if (out.HasParseError())
    throw std::invalid_argument(std::string(rapidjson::GetParseError_En(out.GetParseError())) + " (byte " +
                                std::to_string(out.GetErrorOffset()) + ")");
  if (!out.IsObject()) throw std::invalid_argument("a vector is a JSON object");
}

void writeFile(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((file && std::fclose(file) != 0) || !written) throw std::runtime_error("cannot write " + path);
}

std::string runVector(const bf_machine_v1& machine, const std::string& path, bool accept) {
  rapidjson::Document vector;
  readVector(path, vector);
  auto fault = VectorRun(machine, vector, accept, false).run();
  if (accept && fault.empty()) writeFile(path, pretty(vector));
  if (!accept && fault.empty()) fault = VectorRun(machine, vector, false, true).run();
  return fault;
}

void checkVector(ChildReport& child, const std::string& plugin_path, const Manifest& manifest, const std::string& path,
                 bool accept) {
  const std::string check = "vectors/" + std::filesystem::path(path).stem().string();
  const bf_plugin* plugin = loadPlugin(child, plugin_path);
  const bf_machine_v1* machine = plugin ? machineOf(*plugin, manifest) : nullptr;
  if (!machine) return child.skip(check, "vectors drive channel and auth plugins");
  child.stage("in " + check);
  try {
    const auto fault = runVector(*machine, path, accept);
    if (fault.empty()) child.pass(check, accept ? "written" : "emits what it should, twice");
    else child.fail(check, fault, "mend the plugin, or look at the change with --accept and git diff");
  } catch (const std::exception& e) {
    child.fail(check, e.what(), "mend the vector file; sdk/check/vectors.h says what it holds");
  }
}

std::vector<std::string> vectorFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
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
