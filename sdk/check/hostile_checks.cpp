// Text of a message that tries to become something else: a header, another member, another parameter, a secret.
#include "check/checks.h"
#include "check/vector_json.h"

namespace belfry::check {
namespace {

using rapidjson::Value;

constexpr const char* kMark = "belfry_injected";
constexpr const char* kHostile[] = {"a\r\nX-belfry_injected: 1\r\n\r\n",
                                    "\",\"belfry_injected\":\"1",
                                    "&belfry_injected=1",
                                    "?belfry_injected=1#",
                                    "${belfry_injected}",
                                    "{{belfry_injected}}",
                                    "</p>\n.\r\n\r\nbelfry_injected",
                                    "\\\",\\\"belfry_injected\\\":\\\"1\\",
                                    "../../belfry_injected"};

/// The hostile text, one of them with a NUL.
std::string hostile(std::size_t i) {
  constexpr std::size_t n = sizeof kHostile / sizeof *kHostile;
  return i < n ? kHostile[i] : std::string("nul\0belfry_injected", 19);
}
constexpr std::size_t kCount = sizeof kHostile / sizeof *kHostile + 1;

void collect(Value& value, std::vector<Value*>& out) {
  if (value.IsString()) out.push_back(&value);
  if (value.IsArray())
    for (auto& item : value.GetArray()) collect(item, out);
  if (value.IsObject())
    for (auto& member : value.GetObject()) collect(member.value, out);
}

/// A recipient that is a URL may well go on with a query.
bool isAddress(const Value& to) { return to.IsString() && textOf(to).find("://") != std::string_view::npos; }

/// The strings of a message that its sender or recipient chose.
std::vector<Value*> fields(Value& request) {
  std::vector<Value*> out;
  for (auto& message : request["messages"].GetArray())
    for (const char* key : {"to_name", "content", "options", "user_id", "language", "metadata", "to"})
      if (message.HasMember(key) && !isAddress(message[key])) collect(message[key], out);
  return out;
}

bool hasMember(const Value& value) {
  if (value.IsArray())
    for (const auto& item : value.GetArray())
      if (hasMember(item)) return true;
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject())
    if (textOf(member.name) == kMark || hasMember(member.value)) return true;
  return false;
}

/// The body's bytes with an x for each segment that the host fills in.
std::string assembled(const Value& body) {
  if (body.IsString()) return std::string(textOf(body));
  std::string out;
  if (body.IsArray())
    for (const auto& piece : body.GetArray()) out += piece.IsString() ? std::string(textOf(piece)) : "x";
  return out;
}

bool saysType(const Value& http, const char* type) {
  if (const Value* headers = findMember(http, "headers"))
    for (const auto& header : headers->GetArray())
      if (header.IsString() && textOf(header).find(type) != std::string_view::npos) return true;
  return false;
}

std::string httpFault(const Value& http) {
  if (const Value* json = findMember(http, "json"))
    if (hasMember(*json)) return "its JSON has another member";
  const Value* url = findMember(http, "url");
  const auto address = url ? assembled(*url) : "";
  if (address.find_first_of(" \r\n\"{}") != std::string::npos || address.find('\0') != std::string::npos ||
      address.find("?belfry_injected") != std::string::npos || address.find("&belfry_injected=") != std::string::npos ||
      address.find("/../") != std::string::npos)
    return "its URL is changed: " + address.substr(0, 200);
  const Value* body = findMember(http, "body");
  if (!body) return {};
  const auto text = assembled(*body);
  if (saysType(http, "application/x-www-form-urlencoded") && text.find("&belfry_injected=") != std::string::npos)
    return "its form has another field";
  if (!saysType(http, "application/json")) return {};
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError()) return "its body is no JSON any more";
  return hasMember(document) ? "its JSON has another member" : "";
}

std::string smtpFault(const Value& smtp) {
  for (const auto& line : smtp["message"].GetArray()) {
    if (!line.IsString()) continue;
    if (textOf(line).empty()) break;  // the headers are over
    if (textOf(line).rfind("X-belfry_injected", 0) == 0) return "its mail has another header";
  }
  for (const auto& rcpt : smtp["rcpts"].GetArray())
    if (!rcpt.IsString() || textOf(rcpt).find_first_of("\r\n") != std::string_view::npos)
      return "a recipient has a line break";
  return {};
}

std::string faultOf(const Value& emissions) {
  std::string fault;
  eachEmitted(emissions, "http", [&](const Value& http) { fault = fault.empty() ? httpFault(http) : fault; });
  eachEmitted(emissions, "smtp", [&](const Value& smtp) { fault = fault.empty() ? smtpFault(smtp) : fault; });
  return fault;
}

}  // namespace

Finding checkHostileText(const Trial& trial) {
  constexpr const char* kMend =
      "encode what comes from a message: JsonWriter for JSON, percentEncoded() for URLs, Form for forms; refuse line "
      "breaks in headers";
  int n = 0;
  for (const auto* scenario : trial.of(BF_REQ_SEND)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    rapidjson::Document count;
    count.CopyFrom(*scenario->request(), count.GetAllocator());
    const auto places = fields(count).size();
    for (std::size_t place = 0; place < places; ++place)
      for (std::size_t i = 0; i < kCount; ++i) {
        rapidjson::Document request;
        request.CopyFrom(*scenario->request(), request.GetAllocator());
        Value& field = *fields(request)[place];
        const auto text = std::string(textOf(field)) + hostile(i);
        field.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), request.GetAllocator());
        Operation operation(instance, request, scenario->now_ms);
        operation.begin();
        runToEnd(operation, goodAnswer);
        ++n;
        const std::string where = scenario->name + " with " + compactJson(field).substr(0, 120);
        if (auto broken = brokenRule(operation, where)) return *broken;
        const auto fault = faultOf(operation.emissions());
        if (!fault.empty()) return failed(where + ": " + fault, kMend);
      }
  }
  return n == 0 ? skipped("no vectors with messages") : passed("text stays text, " + std::to_string(n) + " times");
}

}  // namespace belfry::check
