// Mutated templates and data: whatever comes in, the plugin answers with text or with a reason, never with a crash.
// BELFRY_FUZZ_ROUNDS raises the number of rounds; it pays off most in the asan build.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "kit/json.h"
#include "kit/utf8.h"
#include "unit/mustache_plugin.h"
#include "unit/mutation.h"

namespace belfry::test {
namespace {

namespace fs = std::filesystem;

struct Seed {
  TemplateInput input;
  std::string data;
};

void addSeeds(const fs::path& file, std::vector<Seed>& seeds) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto document = parseJson(text);
  if (!document.ok()) throw std::runtime_error(file.string() + ": " + document.error().message);
  for (const auto& test : (*document)["tests"].GetArray()) {
    Seed seed{{test["template"].GetString()}, toJsonText(test["data"])};
    if (test.HasMember("partials"))
      for (const auto& partial : test["partials"].GetObject())
        seed.input.partials[partial.name.GetString()] = partial.value.GetString();
    seeds.push_back(std::move(seed));
  }
}

std::vector<Seed> allSeeds() {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  const char* given = std::getenv("BELFRY_CONTRACTS");
  const fs::path root = source ? source : ".";
  const fs::path contracts = (given ? fs::path(given) : root / "../shared/contracts") / "mustache";
  std::vector<Seed> seeds;
  addSeeds(root / "tests/unit/mustache_vectors.json", seeds);
  if (!fs::exists(contracts))
    std::cout << "left out: seeds of mustache/spec, since " << contracts << " does not exist\n";
  else
    for (const auto& file : fs::directory_iterator(contracts))
      if (file.path().extension() == ".json" && file.path().stem() != "~lambdas") addSeeds(file.path(), seeds);
  return seeds;
}

Seed mutated(Seed seed, Mutator& mutator) {
  if (mutator.below(4) > 0) seed.input.text = mutator.mutate(seed.input.text);
  for (auto& [name, text] : seed.input.partials)
    if (mutator.below(2)) text = mutator.mutate(text);
  if (mutator.below(3) == 0) seed.data = mutator.mutate(seed.data);
  seed.input.escape = mutator.below(2) ? BF_ESCAPE_HTML : BF_ESCAPE_NONE;
  return seed;
}

bool isExpected(bf_status status) { return status == BF_OK || status == BF_E_INVALID || status == BF_E_LIMIT; }

void keepsItsPromises(const Seed& seed) {
  const CompiledTemplate compiled(seed.input);
  const RenderLimits limits{60, 1 << 16, 100000};
  const TemplateAnswer answer = compiled.render(seed.data, limits);
  ASSERT_TRUE(isExpected(answer.status)) << answer.status << " " << answer.error;
  ASSERT_TRUE(isValidUtf8(answer.output)) << answer.output;
  ASSERT_EQ(answer.error.empty(), answer.status == BF_OK);
  ASSERT_LE(answer.output.size(), limits.max_output);
  if (compiled.compile().status != BF_OK) return;
  const TemplateAnswer again = compiled.render(seed.data, limits);
  ASSERT_EQ(again.output, answer.output);
  ASSERT_EQ(again.status, answer.status);
  for (const std::string& name : compiled.variables()) ASSERT_FALSE(name.empty());
}

TEST(MustacheFuzz, MutatedTemplatesAndDataNeverBreakAPromise) {
  const char* rounds_text = std::getenv("BELFRY_FUZZ_ROUNDS");
  const std::size_t rounds = rounds_text ? std::strtoul(rounds_text, nullptr, 10) : 20000;
  const std::vector<Seed> seeds = allSeeds();
  Mutator mutator(20260501, {"{{",
                             "}}",
                             "{{{",
                             "}}}",
                             "{{#a}}",
                             "{{/a}}",
                             "{{^a}}",
                             "{{>a}}",
                             "{{>partial}}",
                             "{{>*a}}",
                             "{{<parent}}",
                             "{{/parent}}",
                             "{{$block}}",
                             "{{/block}}",
                             "{{=| |=}}",
                             "{{!",
                             "{{.}}",
                             "\n",
                             "\r\n",
                             "  ",
                             "\t",
                             ".",
                             "*",
                             "é",
                             "\xff",
                             "{\"a\":[1,{}]}",
                             "[",
                             "]",
                             "\"",
                             "null",
                             "\\u00e9"});
  std::size_t rendered = 0;
  for (std::size_t i = 0; i < rounds; ++i) {
    const Seed seed = mutated(seeds[mutator.below(seeds.size())], mutator);
    SCOPED_TRACE("round " + std::to_string(i) + ", template: " + seed.input.text + "\ndata: " + seed.data);
    keepsItsPromises(seed);
    if (HasFatalFailure()) return;
    rendered += renderOnce(seed.input, seed.data, {60, 1 << 16, 100000}).status == BF_OK;
  }
  std::cout << rounds << " rounds over " << seeds.size() << " seeds, " << rendered << " of them rendered\n";
  EXPECT_GT(rendered, rounds / 10) << "the mutations leave too little that renders to test rendering";
}

}  // namespace
}  // namespace belfry::test
