#include "check/scenario.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "check/elf_file.h"
#include "check/vector_input.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

bool waits(const Value& place) {
  const Value* returns = findMember(place, "returns");
  return returns && returns->IsString() && textOf(*returns) == "wait";
}

void visit(const Value& place, Path path, std::vector<Path>& out) {
  if (waits(place)) out.push_back(path);
  if (const Value* then = findMember(place, "then"))
    for (const auto& step : then->GetArray()) {
      path.push_back(findMember(step, "input"));
      if (waits(step)) out.push_back(path);
    }
  if (const Value* cases = findMember(place, "cases"))
    for (const auto& one : cases->GetArray()) {
      Path own = path;
      own.push_back(findMember(one, "input"));
      visit(one, own, out);
    }
}

Scenario readScenario(const std::string& path) {
  Scenario out;
  out.vector = std::make_shared<rapidjson::Document>();
  readVector(path, *out.vector);
  out.name = std::filesystem::path(path).stem().string();
  const Value* config = findMember(*out.vector, "config");
  out.config = config ? compactJson(*config) : "{}";
  out.secrets = secretsOf(*out.vector);
  out.now_ms = numberMember(*out.vector, "now_ms");
  if (!findMember(*out.vector, "create_error") && out.request()) {
    VectorInput input;
    out.kind = input.request(*out.request())->kind;
  }
  return out;
}

}  // namespace

const Value* Scenario::request() const { return findMember(*vector, "request"); }

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

Secrets secretsOf(const Value& vector) {
  Secrets out;
  const Value* object = findMember(vector, "secrets");
  if (!object) return out;
  if (!object->IsObject()) refuseMember("secrets", "an object is needed");
  for (const auto& m : object->GetObject())
    out[std::string(textOf(m.name))] = m.value.IsString() ? std::string(textOf(m.value)) : compactJson(m.value);
  return out;
}

std::vector<std::string> vectorFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Scenario> readScenarios(const std::string& directory) {
  std::vector<Scenario> out;
  if (directory.empty()) return out;
  for (const auto& file : vectorFiles(directory)) try {
      out.push_back(readScenario(file));
    } catch (const std::invalid_argument&) {  // vectors/ reports it
    }
  return out;
}

std::vector<Path> waitingPlaces(const Scenario& scenario) {
  std::vector<Path> out;
  visit(*scenario.vector, {}, out);
  return out;
}

}  // namespace belfry::check
