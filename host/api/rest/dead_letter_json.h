// Dead letters as operators see them, and what they ask for.
#pragma once

#include <string>

#include "api/rest/problem_json.h"
#include "api/rest/queue_json.h"
#include "kit/json.h"
#include "kit/result.h"
#include "services/dead_letters/dead_letters.h"

namespace belfry {

void writeDeadLetter(JsonWriter& json, const DeadLetter& letter);
std::string deadLetterJson(const DeadLetter& letter);
/// With its notification, its one delivery's timeline, and what sending it would do now.
std::string deadLetterViewJson(const DeadLetterView& view);
std::string correctedReplayJson(const CorrectedReplay& replay);

struct EditBody {
  DeadLetterEdit edit;
  bool dry_run = false;
};
Result<EditBody, Problem> parseEditBody(std::string_view body);

/// The filter, limit and dryRun of a replay or purge of many.
Result<ActionBody, Problem> parseDeadLetterAction(std::string_view body, QueueAction action);

}  // namespace belfry
