// The JSON of providers/simulator's control calls.
#pragma once

#include <string>
#include <vector>

#include "support/provider_simulator.h"

namespace belfry::test {

/// A member of a JSON object: texts as they are, everything else as JSON. Throws std::runtime_error when it is missing.
std::string textMember(const std::string& json, const std::string& name);
/// Both throw std::runtime_error when the text is not what the simulator documents.
std::vector<SimulatedRequest> parseSimulatedRequests(const std::string& json);
std::vector<CallbackAnswer> parseCallbackAnswers(const std::string& json);

}  // namespace belfry::test
