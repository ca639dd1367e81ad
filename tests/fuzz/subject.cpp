#include "fuzz/subject.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

extern "C" const bf_plugin* belfry_plugin_v1(void);

namespace belfry::fuzz {
namespace {

check::Manifest readManifest() {
  std::ifstream in(std::string(kPluginFolder) + "/manifest.json", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::string error;
  auto manifest = check::parseManifest(text, error);
  if (manifest) return *manifest;
  std::fprintf(stderr, "%s/manifest.json: %s\n", kPluginFolder, error.c_str());
  std::exit(2);
}

}  // namespace

const Subject& Subject::get() {
  static const Subject subject;
  return subject;
}

Subject::Subject()
    : manifest_(readManifest()),
      factory_(*belfry_plugin_v1(), manifest_),
      scenarios_(check::readScenarios(std::string(kPluginFolder) + "/vectors")) {
  for (const auto& scenario : scenarios_) {
    if (scenario.kind == 0) continue;
    instances_.push_back(std::make_unique<check::Instance>(factory_, manifest_, scenario.config, scenario.secrets));
    if (!instances_.back()->good()) continue;
    const Place start{&scenario, instances_.back().get(), {}};
    starts_.push_back(start);
    if (scenario.kind == BF_REQ_WEBHOOK) callbacks_.push_back(start);
    if (scenario.kind == BF_REQ_SEND) messages_.push_back(start);
    if (scenario.kind == BF_REQ_AUTHENTICATE) credentials_.push_back(start);
    for (auto& path : check::waitingPlaces(scenario)) waiting_.push_back({start.scenario, start.instance, path});
  }
  if (!starts_.empty()) return;
  std::fprintf(stderr, "%s has no vectors\n", kPluginFolder);
  std::exit(2);
}

}  // namespace belfry::fuzz
