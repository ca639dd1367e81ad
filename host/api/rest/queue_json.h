// Queues, pauses and bulk actions as operators see them, and what they ask for.
#pragma once

#include <string>

#include "api/rest/problem_json.h"
#include "kit/json.h"
#include "kit/result.h"
#include "services/queues/queue_control.h"

namespace belfry {

std::string queueReportJson(const QueueReport& report);

void writePause(JsonWriter& json, const PauseView& view);
std::string pauseJson(const QueuePause& pause);
std::string pausesJson(const std::vector<PauseView>& views);
std::string resumedJson(const std::vector<QueuePause>& ended);

void writeQueueOperation(JsonWriter& json, const QueueOperation& operation);
std::string queueOperationJson(const QueueOperation& operation);
std::string surveyJson(const QueueSurvey& survey);

/// Of pause, drain and resume; the latter takes no reason.
Result<PauseWish, Problem> parsePauseWish(std::string_view body, bool with_reason);

struct ActionBody {
  ActionWish wish;
  bool dry_run = false;
};
Result<ActionBody, Problem> parseActionBody(std::string_view body);

}  // namespace belfry
