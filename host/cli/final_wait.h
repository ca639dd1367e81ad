// Waiting until a notification's deliveries are final.
//
// The host has no call that waits, so this asks again and again: soon at first, since most mails leave within a second,
// then once a second. The pause counts from the start of a question, so that a host that holds one open is not asked
// more often. A host that is away for a moment, or too busy, is asked again until the limit: what a 202 accepted is not
// lost.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/api_client.h"
#include "kit/json.h"

namespace belfry::cli {

using SteadyTime = std::chrono::steady_clock::time_point;

struct FinalWait {
  std::function<ApiReply()> ask;  ///< GET of the notification; may throw HostAway
  std::function<SteadyTime()> now;
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<void(const std::string& reason)> trouble;  ///< told once when the host does not answer
};

struct WaitEnd {
  ApiReply reply;         ///< the last good one, or the refusal that ended it
  bool complete = false;  ///< every delivery is final
};

/// Throws HostAway when no good answer came within `limit`. A refusal other than 429 and 503 ends it.
WaitEnd waitUntilFinal(const FinalWait& wait, std::chrono::milliseconds limit);

/// Each delivery has a state that is not live; at least one is there.
bool allFinal(const JsonValue& notification);
/// Each delivery was taken by its provider: sent or delivered.
bool allSent(const JsonValue& notification);

}  // namespace belfry::cli
