// The plugin under test: its manifest, and an instance and the waiting places of every vector. Made once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "check/operation.h"

namespace belfry::fuzz {

/// Where the plugin's manifest and vectors are; the build writes it.
extern const char* const kPluginFolder;

class Subject {
 public:
  struct Place {
    const check::Scenario* scenario;
    const check::Instance* instance;
    check::Path path;
  };

  /// Of the plugin that this program is linked with. Ends the program when it has no vectors.
  static const Subject& get();

  const check::Manifest& manifest() const { return manifest_; }
  const check::Factory& factory() const { return factory_; }
  /// Scenarios with a request, of all kinds; each has a good instance.
  const std::vector<Place>& starts() const { return starts_; }
  /// Callbacks only.
  const std::vector<Place>& callbacks() const { return callbacks_; }
  const std::vector<Place>& messages() const { return messages_; }
  const std::vector<Place>& credentials() const { return credentials_; }
  /// Where an answer is waited for.
  const std::vector<Place>& waiting() const { return waiting_; }
  /// All vectors, those of refused configs too.
  const std::vector<check::Scenario>& scenarios() const { return scenarios_; }

 private:
  Subject();

  const check::Manifest manifest_;
  const check::Factory factory_;
  const std::vector<check::Scenario> scenarios_;
  std::vector<std::unique_ptr<check::Instance>> instances_;
  std::vector<Place> starts_, callbacks_, messages_, credentials_, waiting_;
};

}  // namespace belfry::fuzz
