// Callbacks of providers as operators see them, and what a replay is asked to take up.
#pragma once

#include <string>

#include "api/rest/problem_json.h"
#include "kit/json.h"
#include "kit/result.h"
#include "ports/callback_store.h"
#include "services/callbacks/provider_questions.h"

namespace belfry {

void writeCallback(JsonWriter& json, const CallbackView& view);
/// With its request: header values that hold credentials are masked, a body that is no UTF-8 is base64.
std::string callbackJson(const CallbackView& view);

struct ReplayWish {
  CallbackFilter filter;
  int limit = 0;
  bool dry_run = false;
};
Result<ReplayWish, Problem> parseReplayWish(std::string_view body);
std::string replayedJson(int matched, bool dry_run);

std::string probeJson(const ProbeAnswer& answer);
std::string lookUpJson(const LookUpAnswer& answer);

}  // namespace belfry
