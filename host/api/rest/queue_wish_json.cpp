#include "api/rest/name_form.h"
#include "api/rest/parse_with.h"
#include "api/rest/queue_json.h"

namespace belfry {
namespace {

constexpr std::size_t kMostIds = 1000;
constexpr std::int64_t kMostLimit = 1'000'000'000;

std::optional<Uuid> readId(const std::string& text, const std::string& pointer, FieldErrors& errors) {
  auto id = Uuid::parse(text);
  if (!id) errors.push_back({pointer, FieldErrorCode::malformed, "is no id", shorten(text), "a UUID"});
  return id;
}

std::vector<NotificationId> readIds(ObjectReader& filter) {
  std::vector<NotificationId> ids;
  const auto texts = filter.texts("notificationIds", kMostIds, {.most = 36});
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (auto id = readId(texts[i], filter.pointerTo("notificationIds") + "/" + std::to_string(i), filter.errors()))
      ids.push_back({*id});
  if (filter.has("notificationIds") && texts.empty())
    filter.refuse("notificationIds", FieldErrorCode::too_few, "names none", "1 to 1000 ids");
  return ids;
}

void readFilter(ObjectReader& filter, ActionWish& wish) {
  auto& read = wish.wish.filter;
  wish.all = filter.flag("all").value_or(false);
  read.channel = filter.word<Channel>("channel", parseChannel, allowedChannel());
  read.priority = filter.word<Priority>("priority", parsePriority, allowedPriority());
  read.state = filter.word<DeliveryState>("state", parseDeliveryState, allowedDeliveryState());
  read.provider = filter.text("provider", {.most = 63, .valid = isSlug, .form = kSlugForm});
  read.error_code = filter.text("errorCode", {});
  read.from = filter.time("from");
  read.to = filter.time("to");
  const auto batch = filter.text("batchId", {.most = 36});
  if (!batch.empty()) read.batch = readId(batch, filter.pointerTo("batchId"), filter.errors());
  read.notifications = readIds(filter);
  filter.finish();
}

/// Those that this operation takes: dead letters have their own, whose filter differs.
constexpr std::string_view kActions = "retry_failed, delete_waiting, change_priority";

std::optional<QueueAction> parseAction(std::string_view text) noexcept {
  const auto action = parseQueueAction(text);
  const bool letters = action == QueueAction::replay_dead_letters || action == QueueAction::purge_dead_letters;
  return letters ? std::nullopt : action;
}

}  // namespace

Result<PauseWish, Problem> parsePauseWish(std::string_view body, bool with_reason) {
  return parseWith<PauseWish>(body, [&](ObjectReader& reader) {
    PauseWish wish;
    wish.all = reader.flag("all").value_or(false);
    wish.scope.channel = reader.word<Channel>("channel", parseChannel, allowedChannel());
    wish.scope.priority = reader.word<Priority>("priority", parsePriority, allowedPriority());
    wish.scope.provider = reader.text("provider", {.most = 63, .valid = isSlug, .form = kSlugForm});
    if (with_reason) wish.reason = reader.text("reason", {.most = 500});
    return wish;
  });
}

Result<ActionBody, Problem> parseActionBody(std::string_view body) {
  return parseWith<ActionBody>(body, [](ObjectReader& reader) {
    ActionBody asked{};
    auto& wish = asked.wish.wish;
    reader.require("action", kActions);
    wish.action = reader.word<QueueAction>("action", parseAction, kActions).value_or(QueueAction::retry_failed);
    reader.require("filter", "an object; {\"all\": true} for every delivery");
    if (auto filter = reader.object("filter")) readFilter(*filter, asked.wish);
    wish.priority = reader.word<Priority>("priority", parsePriority, allowedPriority());
    wish.limit = reader.integer("limit", 1, kMostLimit);
    asked.dry_run = reader.flag("dryRun").value_or(false);
    return asked;
  });
}

}  // namespace belfry
