// The mustache specification's own cases, run through the plugin's C ABI. They come from the shared contracts; without
// them the own vectors beside this file are run, and what was left out is said.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "kit/json.h"
#include "unit/mustache_plugin.h"

namespace belfry::test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kRequired = {"interpolation", "sections",   "inverted",
                                            "partials",      "delimiters", "comments"};
const std::vector<std::string> kOptional = {"~inheritance", "~dynamic-names"};
constexpr std::size_t kRequiredCases = 136;  // mustache/spec 1.4.3 as of 2025-01
constexpr std::size_t kOptionalCases = 48;

fs::path sourceDir() {
  const char* dir = std::getenv("BELFRY_SOURCE_DIR");
  return dir ? dir : ".";
}

fs::path contracts() {
  const char* dir = std::getenv("BELFRY_CONTRACTS");
  return (dir ? fs::path(dir) : sourceDir() / "../shared/contracts") / "mustache";
}

JsonDocument read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  auto parsed = parseJson(text);
  if (!parsed.ok()) throw std::runtime_error(file.string() + ": " + parsed.error().message);
  return std::move(*parsed);
}

TemplateInput inputOf(const JsonValue& test) {
  TemplateInput input{test["template"].GetString()};
  if (test.HasMember("partials"))
    for (const auto& partial : test["partials"].GetObject())
      input.partials[partial.name.GetString()] = partial.value.GetString();
  return input;
}

void runCase(const std::string& module, const JsonValue& test) {
  const TemplateAnswer answer = renderOnce(inputOf(test), toJsonText(test["data"]));
  const std::string which = module + ": " + test["name"].GetString() + ": " + test["desc"].GetString();
  EXPECT_EQ(answer.status, BF_OK) << which << ": " << answer.error;
  EXPECT_EQ(answer.output, test["expected"].GetString()) << which;
}

std::size_t runModule(const fs::path& file) {
  const JsonDocument document = read(file);
  for (const auto& test : document["tests"].GetArray()) runCase(file.stem(), test);
  std::cout << file.stem().string() << ": " << document["tests"].Size() << " cases\n";
  return document["tests"].Size();
}

std::size_t runModules(const std::vector<std::string>& modules) {
  std::size_t cases = 0;
  for (const std::string& module : modules) cases += runModule(contracts() / (module + ".json"));
  return cases;
}

bool haveContracts() {
  if (fs::exists(contracts() / "sections.json")) return true;
  std::cout << "left out: the cases of mustache/spec, since " << contracts()
            << " does not exist (see BELFRY_CONTRACTS)\n";
  return false;
}

TEST(MustacheSpec, EveryCaseOfTheRequiredModules) {
  if (!haveContracts()) return;
  EXPECT_EQ(runModules(kRequired), kRequiredCases);
}

TEST(MustacheSpec, EveryCaseOfInheritanceAndDynamicNames) {
  if (!haveContracts()) return;
  EXPECT_EQ(runModules(kOptional), kOptionalCases);
}

TEST(MustacheSpec, EveryOwnVector) { EXPECT_GT(runModule(sourceDir() / "tests/unit/mustache_vectors.json"), 40U); }

}  // namespace
}  // namespace belfry::test
