#include "support/provider_simulator_json.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "kit/crypto.h"
#include "kit/json.h"

namespace belfry::test {
namespace {

// Parsed without parseJson: bodies may hold what belfry itself refuses, as \u0000.
JsonDocument parsed(const std::string& json) {
  JsonDocument document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject())
    throw std::runtime_error("providers/simulator said what is no JSON object: " + json.substr(0, 500));
  return document;
}

const JsonValue& member(const JsonValue& object, const std::string& name) {
  const auto found = object.IsObject() ? object.FindMember(name.c_str()) : JsonValue::ConstMemberIterator();
  if (!object.IsObject() || found == object.MemberEnd())
    throw std::runtime_error("providers/simulator said nothing of '" + name + "'");
  return found->value;
}

/// "" for null.
std::string text(const JsonValue& object, const std::string& name) {
  const JsonValue& value = member(object, name);
  if (value.IsString()) return std::string(asView(value));
  return value.IsNull() ? "" : toJsonText(value);
}

std::map<std::string, std::string> headersOf(const JsonValue& pairs) {
  std::map<std::string, std::string> headers;
  for (const JsonValue& pair : pairs.GetArray()) {
    std::string name(asView(pair[0]));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    headers[name] = asView(pair[1]);
  }
  return headers;
}

SimulatedRequest requestOf(const JsonValue& entry) {
  const JsonValue& status = member(entry, "status");
  return {.provider = text(entry, "provider"),
          .outcome = text(entry, "outcome"),
          .problem = text(entry, "problem"),
          .method = text(entry, "method"),
          .target = text(entry, "target"),
          .headers = headersOf(member(entry, "headers")),
          .body = fromBase64(text(entry, "body_base64")).value(),
          .parsed = toJsonText(member(entry, "parsed")),
          .status = status.IsInt() ? status.GetInt() : 0,
          .connection = member(entry, "connection").GetUint64()};
}

CallbackAnswer answerOf(const JsonValue& answer) {
  return {.status = member(answer, "status").GetInt(),
          .body = text(answer, "body"),
          .error = answer.HasMember("error") ? text(answer, "error") : ""};
}

}  // namespace

std::string textMember(const std::string& json, const std::string& name) { return text(parsed(json), name); }

std::vector<SimulatedRequest> parseSimulatedRequests(const std::string& json) {
  const JsonDocument document = parsed(json);
  std::vector<SimulatedRequest> requests;
  for (const JsonValue& entry : member(document, "requests").GetArray()) requests.push_back(requestOf(entry));
  return requests;
}

std::vector<CallbackAnswer> parseCallbackAnswers(const std::string& json) {
  const JsonDocument document = parsed(json);
  std::vector<CallbackAnswer> answers;
  for (const JsonValue& answer : member(document, "answers").GetArray()) answers.push_back(answerOf(answer));
  return answers;
}

}  // namespace belfry::test
