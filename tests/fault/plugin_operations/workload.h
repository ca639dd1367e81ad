// Operations of the bundled plugins as their golden vectors have them: instances with the vectors' config and secrets,
// and the messages and callbacks to give to them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/plugins/plugin_channels.h"

namespace belfry::test {

struct Job {
  enum class Kind { send, callback, probe, look_up };
  std::string plugin;
  Kind kind;
  std::shared_ptr<ChannelInstance> instance;
  std::shared_ptr<const OutgoingMessage> message;  ///< of a send
  std::shared_ptr<const RawCallback> callback;     ///< of a callback
};

struct Workload {
  std::vector<Job> jobs;

  /// Of every channel plugin below `source`/plugins/channel. Throws std::runtime_error when one of them gives nothing.
  static Workload read(const std::string& source, plugins::PluginChannels& channels);
  /// Bodies of the HTTP answers in the vectors, each once.
  static std::vector<std::string> answerBodies(const std::string& source);
};

}  // namespace belfry::test
