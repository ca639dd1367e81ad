// The template engine, linked in, under libFuzzer: template, partial and data of any bytes, within small limits.
#include <belfry/plugin.h>
#include <belfry/template.h>

#include <fstream>
#include <string>

#include "check/utf8.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/promises.h"

extern "C" const bf_plugin* belfry_plugin_v1(void);

namespace belfry::fuzz {
namespace {

constexpr std::uint64_t kMostOutput = 1 << 16;

bf_str str(std::string_view text) { return {text.data(), text.size()}; }
bf_status append(void* ctx, const char* p, std::size_t n) {
  static_cast<std::string*>(ctx)->append(p, n);
  return BF_OK;
}

struct Engine {
  const bf_template_v1* table = static_cast<const bf_template_v1*>(belfry_plugin_v1()->get(BF_TEMPLATE_1));
  bf_engine* engine = nullptr;
  Engine() {
    char reason[256];
    if (table->create(nullptr, str("{}"), &engine, reason, sizeof reason) != BF_OK) broken(reason);
  }
};

void render(const Engine& engine, const bf_template* compiled, std::string_view data) {
  std::string output;
  bf_render request{};
  request.size = sizeof request;
  request.max_depth = 60;
  request.max_output = kMostOutput;
  request.max_steps = 100000;
  request.data_json = str(data);
  request.write = append;
  request.ctx = &output;
  bf_template_error error{};
  error.size = sizeof error;
  const auto status = engine.table->render(engine.engine, compiled, &request, &error);
  if (status != BF_OK && status != BF_E_INVALID && status != BF_E_LIMIT) broken("render answers with another status");
  if (status != BF_OK && error.text[0] == '\0') broken("a rendering fails without a reason");
  if (output.size() > kMostOutput) broken("more output than allowed");
  if (status == BF_OK && !check::isUtf8(output)) broken("output that is no UTF-8");
}

void run(FuzzInput input) {
  static const Engine engine;
  const bf_kv partial = {str("partial"), str(input.take())};
  bf_source source{};
  source.size = sizeof source;
  source.escape = input.place % 2 == 0 ? BF_ESCAPE_HTML : BF_ESCAPE_NONE;
  source.name = str("t");
  source.text = str(input.take());
  source.partials = &partial;
  source.n_partials = 1;
  bf_template* compiled = nullptr;
  bf_template_error error{};
  error.size = sizeof error;
  if (engine.table->compile(engine.engine, &source, &compiled, &error) != BF_OK) {
    if (error.text[0] == '\0') broken("a template is refused without a reason");
    return;
  }
  render(engine, compiled, input.take());
  std::string names;
  engine.table->variables(engine.engine, compiled, append, &names);
  engine.table->release(engine.engine, compiled);
}

}  // namespace
}  // namespace belfry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belfry::fuzz::run(belfry::fuzz::FuzzInput::of({reinterpret_cast<const char*>(data), size}));
  return 0;
}

/// `PROGRAM --seeds DIRECTORY` writes what the fuzzing begins with, and ends.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string((*argv)[1]) != "--seeds") return 0;
  using belfry::fuzz::kPart;
  const std::string head = belfry::fuzz::FuzzInput::head('t', 0, 0);
  const std::string data = kPart + std::string(R"({"a":[{"b":"x & y"},{"b":2}],"c":{"d":true},"e":null,"f":"é"})");
  int n = 0;
  for (const char* text :
       {"{{#a}}{{b}} {{{b}}}\n{{/a}}", "{{^e}}none{{/e}} {{c.d}} {{>partial}}", "{{=| |=}}|f| |={{ }}=|{{! x }}",
        "{{<partial}}{{$x}}own{{/x}}{{/partial}}", "{{>*f}}{{#c}}{{#d}}{{.}}{{/d}}{{/c}}"})
    std::ofstream((*argv)[2] + std::string("/seed") + std::to_string(n++), std::ios::binary)
        << head << "{{$x}}default{{/x}}{{f}}" << kPart << text << data;
  std::exit(0);
}
