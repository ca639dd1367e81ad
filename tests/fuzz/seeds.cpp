#include "fuzz/seeds.h"

#include <fstream>
#include <stdexcept>
#include <string_view>

#include "check/vector_json.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/subject.h"

namespace belfry::fuzz {
namespace {

using rapidjson::Value;

std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }

class SeedFolder {
 public:
  explicit SeedFolder(std::string directory) : directory_(std::move(directory)) {}

  void add(const std::string& bytes) {
    constexpr std::size_t kLargest = 16384;  // vectors of a megabyte would only make each run slow
    if (bytes.size() > kLargest) return;
    std::ofstream out(directory_ + "/seed" + std::to_string(count_++), std::ios::binary);
    if (!(out << bytes).flush()) throw std::runtime_error("cannot write to " + directory_);
  }

 private:
  const std::string directory_;
  int count_ = 0;
};

std::string lines(const bf_kv* list, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i)
    out += std::string(view(list[i].key)) + ": " + std::string(view(list[i].value)) + "\n";
  return out;
}

std::string answerPart(const Value& json) {
  check::VectorInput parsed;
  const auto* in = parsed.input(json);
  if (in->fate != BF_FATE_DONE)
    return (in->fate == BF_FATE_MAYBE_SENT ? "m0" : "n0") + std::string(2, kSubPart) + std::string(view(in->error));
  const auto part = [](int code, std::string_view headers, std::string_view body) {
    return "d" + std::to_string(code) + kSubPart + std::string(headers) + kSubPart + std::string(body);
  };
  if (in->http) return part(in->http->status, lines(in->http->headers, in->http->n_headers), view(in->http->body));
  if (in->smtp) return part(in->smtp->last.code, view(in->smtp->last.enhanced), view(in->smtp->last.text));
  if (in->credential) return part(in->credential->found, "", view(in->credential->tenant));
  return part(in->found + 2 * in->good, "", view(in->value));
}

std::string thenParts(const Value& vector) {
  std::string out;
  if (const Value* then = check::findMember(vector, "then"))
    for (const auto& step : then->GetArray()) out += kPart + answerPart(step["input"]);
  return out;
}

void addCallback(SeedFolder& folder, std::size_t index, const check::Scenario& scenario) {
  check::VectorInput parsed;
  const auto* webhook = parsed.request(*scenario.request())->webhook;
  folder.add(FuzzInput::head('w', index, 0) + std::string(view(webhook->method)) + kPart +
             std::string(view(webhook->url)) + kPart + lines(webhook->headers, webhook->n_headers) + kPart +
             std::string(view(webhook->body)) + thenParts(*scenario.vector));
}

void addMessage(SeedFolder& folder, std::size_t index, const check::Scenario& scenario) {
  check::VectorInput parsed;
  const auto& msg = *parsed.request(*scenario.request())->messages[0];
  std::string out = FuzzInput::head('m', index, 0) + "to" + kSubPart + std::string(view(msg.to));
  const auto group = [&](const char* name, const bf_kv* list, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
      out += kPart + std::string(name) + "/" + std::string(view(list[i].key)) + kSubPart +
             std::string(view(list[i].value));
  };
  group("content", msg.content, msg.n_content);
  group("options", msg.options, msg.n_options);
  group("headers", msg.headers, msg.n_headers);
  folder.add(out + kPart + thenParts(*scenario.vector));
}

void addCredential(SeedFolder& folder, std::size_t index, const check::Scenario& scenario) {
  check::VectorInput parsed;
  const auto* presented = parsed.request(*scenario.request())->presented;
  folder.add(FuzzInput::head('p', index, 0) + std::string(view(presented->scheme)) + kPart +
             std::string(view(presented->value)) + thenParts(*scenario.vector));
}

/// Each answer of a vector at each place of it; the rest of the run gets good answers.
void addAnswers(SeedFolder& folder, std::size_t place, const Value& at) {
  const auto add = [&](const Value& step) {
    if (const Value* input = check::findMember(step, "input"))
      folder.add(FuzzInput::head('a', place / 256, place % 256) + answerPart(*input));
  };
  for (const char* key : {"then", "cases"})
    if (const Value* list = check::findMember(at, key))
      for (const auto& step : list->GetArray()) add(step);
}

}  // namespace

void writeSeeds(const std::string& directory) {
  const auto& subject = Subject::get();
  SeedFolder folder(directory);
  for (const auto& scenario : subject.scenarios()) folder.add(FuzzInput::head('c', 0, 0) + scenario.config);
  for (std::size_t i = 0; i < subject.callbacks().size(); ++i) addCallback(folder, i, *subject.callbacks()[i].scenario);
  for (std::size_t i = 0; i < subject.messages().size(); ++i) addMessage(folder, i, *subject.messages()[i].scenario);
  for (std::size_t i = 0; i < subject.credentials().size(); ++i)
    addCredential(folder, i, *subject.credentials()[i].scenario);
  for (std::size_t i = 0; i < subject.waiting().size(); ++i) {
    const auto& place = subject.waiting()[i];
    addAnswers(folder, i, *place.scenario->vector);
    for (const char* failed : {"n0", "m0"}) folder.add(FuzzInput::head('a', i / 256, i % 256) + failed);
  }
}

}  // namespace belfry::fuzz
