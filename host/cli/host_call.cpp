#include "cli/host_call.h"

#include "cli/failures.h"
#include "cli/input_text.h"
#include "cli/problem_text.h"
#include "cli/text_table.h"

namespace belfry::cli {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";

std::string trimmed(std::string text) {
  const auto blank = " \t\r\n";
  text.erase(0, text.find_first_not_of(blank));
  text.erase(text.find_last_not_of(blank) + 1);
  return text;
}

std::string keyOfFile(const std::string& path, const char* option, const Console& console) {
  auto key = trimmed(readInput(path, option, console));
  if (key.empty())
    throw UsageError(std::string(option) + ": '" + path + "' is empty; allowed: a file that holds the key");
  return key;
}

/// An empty variable counts as none: that is how a shell's user takes one back.
std::optional<std::string> variable(const Console& console, const char* name) {
  auto value = console.environment(name);
  return value && value->empty() ? std::nullopt : value;
}

/// What was typed comes before the environment, a key before a file.
std::string findKey(const Invocation& invocation, const Console& console) {
  const auto key = invocation.find("key");
  const auto file = invocation.find("key-file");
  if (key && file) throw UsageError("--key and --key-file exclude each other; allowed: one of them");
  if (key) return *key;
  if (file) return keyOfFile(*file, "--key-file", console);
  if (const auto from_environment = variable(console, "BELFRY_KEY")) return trimmed(*from_environment);
  if (const auto path = variable(console, "BELFRY_KEY_FILE")) return keyOfFile(*path, "BELFRY_KEY_FILE", console);
  return "";
}

std::string optionOr(const Invocation& invocation, const Console& console, std::string_view option, const char* name,
                     const char* fallback) {
  if (auto text = invocation.find(option)) return std::move(*text);
  return variable(console, name).value_or(fallback);
}

}  // namespace

ApiSettings apiSettings(const Invocation& invocation, const Console& console) {
  return {optionOr(invocation, console, "server", "BELFRY_SERVER", kDefaultServer), findKey(invocation, console),
          invocation.textOr("tenant", ""), optionOr(invocation, console, "ca-file", "BELFRY_CA_FILE", "")};
}

HostCall::HostCall(const Invocation& invocation, Console& console)
    : console_(console), as_json_(invocation.has("json")), client_(apiSettings(invocation, console)) {}

ApiReply HostCall::get(const std::string& target) { return checked(client_.send("GET", target)); }

ApiReply HostCall::post(const std::string& target, const std::string& body, const ApiHeaders& headers) {
  return checked(client_.send("POST", target, body, headers));
}

ApiReply HostCall::patch(const std::string& target, const std::string& body) {
  return checked(client_.send("PATCH", target, body));
}

ApiReply HostCall::remove(const std::string& target) { return checked(client_.send("DELETE", target)); }

void HostCall::show(const ApiReply& reply, const std::function<void(const JsonValue&)>& human) {
  const auto json = parseJson(reply.body);
  if (!json) {
    throw CommandFailed("the host answered " + std::to_string(reply.status) + " with something that is no JSON (" +
                        json.error().message + "); is this the address of a Belfry host?");
  }
  if (as_json_) printRaw(reply);
  else human(*json);
}

void HostCall::refuse(const ApiReply& reply) {
  if (as_json_) printRaw(reply);
  console_.err << problemText(reply) << '\n';
  throw CommandFailed();
}

ApiReply HostCall::checked(ApiReply reply) {
  if (!reply.ok()) refuse(reply);
  return reply;
}

void HostCall::printRaw(const ApiReply& reply) {
  console_.out << reply.body;
  if (!reply.body.ends_with('\n')) console_.out << '\n';
}

std::string withQuery(const std::string& base, const Invocation& invocation,
                      const std::vector<std::pair<std::string_view, std::string_view>>& names) {
  std::string target = base;
  for (const auto& [option, parameter] : names) {
    const auto value = invocation.find(option);
    if (!value) continue;
    target += (target.size() == base.size() ? "?" : "&") + std::string(parameter) + "=" + encoded(*value);
  }
  return target;
}

std::vector<OptionSpec> pageOptions() {
  return {{"limit", "N", "How many to show at most; default: what the host chooses"},
          {"cursor", "CURSOR", "Go on where an earlier page ended"}};
}

void printPage(Console& console, const JsonValue& page, const std::function<void(const JsonValue&)>& print_items) {
  const auto* items = memberAt(page, "items");
  if (items == nullptr || !items->IsArray())
    throw CommandFailed("the host's answer has no items; is this the address of a Belfry host?");
  if (items->Empty()) console.err << "none\n";
  else print_items(*items);
  const auto* cursor = memberAt(page, "nextCursor");
  if (cursor != nullptr && cursor->IsString()) console.err << "more: --cursor " << printable(asView(*cursor)) << '\n';
}

}  // namespace belfry::cli
