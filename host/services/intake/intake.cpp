#include "services/intake/intake.h"

#include <algorithm>

#include "services/intake/addresses.h"
#include "services/intake/send_rules.h"

namespace belfry {
namespace {

Problem invalid(std::vector<FieldError> errors) {
  auto count = errors.size();
  return {ErrorCode::validation_failed,
          count == 1 ? "1 field is not valid" : std::to_string(count) + " fields are not valid", std::move(errors), 0};
}

Accepted describe(const NewNotification& notification) {
  auto state = notification.scheduled_at && *notification.scheduled_at > notification.created_at
                   ? DeliveryState::scheduled
                   : DeliveryState::queued;
  Accepted accepted{notification.id, state, notification.created_at, {}, {}};
  for (const auto& delivery : notification.deliveries)
    accepted.deliveries.push_back({delivery.id, delivery.channel, state});
  return accepted;
}

/// Turns what the store says into an answer.
struct ToAnswer {
  std::string fresh_json;

  Result<SendAnswer, Problem> operator()(const Stored&) { return SendAnswer{202, std::move(fresh_json), false}; }
  Result<SendAnswer, Problem> operator()(const Replayed& first) {
    return SendAnswer{first.status, first.response_json, true};
  }
  Result<SendAnswer, Problem> operator()(const IdempotencyMismatch&) {
    return failure(
        Problem{ErrorCode::idempotency_mismatch, "this Idempotency-Key was used for a different request", {}, 0});
  }
  Result<SendAnswer, Problem> operator()(const IdempotencyInProgress&) {
    return failure(
        Problem{ErrorCode::idempotency_in_progress, "a request with this Idempotency-Key is in progress", {}, 1});
  }
};

}  // namespace

Intake::Intake(const IntakeParts& parts, AnswerJson answer_json, IntakeSettings settings)
    : parts_(parts), answer_json_(std::move(answer_json)), settings_(std::move(settings)) {}

void Intake::send(const Caller& caller, SendCommand command, Completion completion) {
  bool dry_run = command.dry_run;
  auto prepared = prepare(caller, command);
  if (!prepared) {
    // Asked only now, so that a send that is valid costs no question: the writer's transaction finds its key.
    auto first = firstAnswer(caller, command);
    return completion(first ? std::visit(ToAnswer{{}}, *first) : failure(prepared.error()));
  }
  auto accepted = describe(*prepared);
  if (dry_run) {
    accepted.previews = previewAll(*prepared);
    return completion(SendAnswer{200, answer_json_(accepted), false});
  }
  auto answer = answer_json_(accepted);
  if (prepared->idempotency) prepared->idempotency->response_json = answer;
  auto& writer = prepared->priority == Priority::critical ? parts_.critical_writer : parts_.writer;
  writer.submit(std::move(prepared).value(), [completion, answer = std::move(answer)](
                                                        Result<IntakeOutcome, Problem> outcome) mutable {
    completion(outcome ? std::visit(ToAnswer{std::move(answer)}, *outcome) : failure(outcome.error()));
  });
}

std::vector<DeliveryPreview> Intake::previewAll(const NewNotification& notification) {
  std::vector<DeliveryPreview> previews;
  for (const auto& delivery : notification.deliveries) {
    previews.push_back(parts_.previews.preview(notification.tenant, notification.request, delivery.id, delivery.channel,
                                               notification.priority, static_cast<std::size_t>(delivery.address),
                                               notification.created_at));
  }
  return previews;
}

std::optional<IntakeOutcome> Intake::firstAnswer(const Caller& caller, const SendCommand& command) {
  if (command.idempotency_key.empty() || command.dry_run) return std::nullopt;
  return parts_.store.findKey(caller.tenant, sha256(command.idempotency_key), command.request_hash);
}

Result<NewNotification, Problem> Intake::prepare(const Caller& caller, SendCommand& command) {
  auto tenant = parts_.directory.find(caller.tenant);
  if (!tenant) return failure(Problem{ErrorCode::not_found, "unknown tenant", {}, 0});
  if (tenant->row.state == TenantState::suspended) {
    return failure(Problem{ErrorCode::tenant_suspended, "tenant '" + tenant->row.slug + "' is suspended", {}, 0});
  }
  auto now = parts_.clock.now();
  std::vector<FieldError> errors;
  checkChannels(command, *tenant, errors);
  checkRecipient(command.request.recipient, errors);
  normalisePhone(command.request.recipient, errors);
  checkOptions(command.request, errors);
  checkOptionNames(command, *tenant, parts_.plugins, errors);
  checkContent(command, errors);
  fillDevices(caller.tenant, command, errors);
  checkTimes(command, now, settings_.most_ahead, errors);
  if (command.request.template_ref) resolveTemplate(caller.tenant, command, errors);
  if (!errors.empty()) return failure(invalid(std::move(errors)));

  NewNotification notification;
  notification.tenant = caller.tenant;
  notification.id = NotificationId::mint(now);
  notification.priority = command.priority;
  notification.request = std::move(command.request);
  notification.scheduled_at = command.delay ? now + *command.delay : command.send_at;
  notification.expires_at = command.expires_at;
  notification.created_at = now;
  for (auto channel : command.channels) {
    const auto addresses = static_cast<int>(addressCount(notification.request.recipient, channel));
    // A push to a user without a device is skipped when it is due, and says so.
    for (int i = 0; i < std::max(addresses, 1); ++i)
      notification.deliveries.push_back({DeliveryId::mint(now), channel, i});
  }
  if (!command.idempotency_key.empty()) {
    notification.idempotency =
        IdempotencyClaim{sha256(command.idempotency_key), command.request_hash, {}, now + settings_.idempotency_ttl};
  }
  return notification;
}

void Intake::normalisePhone(Recipient& recipient, std::vector<FieldError>& errors) const {
  if (recipient.phone.empty() || hasControlCharacter(recipient.phone)) return;  // checkRecipient speaks of the latter
  auto number = parts_.numbers.parse(recipient.phone, settings_.default_region);
  if (number) {
    recipient.phone = std::move(number->e164);
    return;
  }
  auto& why = number.error();
  errors.push_back({"/recipient/phone", FieldErrorCode::not_a_number, std::move(why.reason), shorten(recipient.phone),
                    std::move(why.allowed)});
}

void Intake::fillDevices(TenantId tenant, SendCommand& command, std::vector<FieldError>& errors) {
  auto& recipient = command.request.recipient;
  const bool push =
      std::find(command.channels.begin(), command.channels.end(), Channel::push) != command.channels.end();
  if (!push || !recipient.device_tokens.empty() || recipient.user_id.empty()) return;
  recipient.device_tokens = parts_.devices.live(tenant, recipient.user_id);
  if (!recipient.device_tokens.empty() || command.channels.size() > 1) return;
  errors.push_back({"/recipient/userId", FieldErrorCode::no_device, "has no registered device to push to",
                    shorten(recipient.user_id),
                    "a user with a device (PUT /api/v1/services/users/{userId}/devices), or deviceTokens"});
}

void Intake::resolveTemplate(TenantId tenant, SendCommand& command, std::vector<FieldError>& errors) {
  auto& ref = *command.request.template_ref;
  auto version = ref.version == 0 ? std::optional<int>() : std::optional<int>(ref.version);
  auto language = ref.language.empty() ? command.request.recipient.language : ref.language;
  auto found = parts_.templates.resolve(tenant, ref.key, version, language);
  if (!found) {
    auto what = version ? "no version " + std::to_string(*version) + " of this template"
                        : "no published version of this template";
    errors.push_back({"/template/key", FieldErrorCode::not_found, "there is " + what, shorten(ref.key),
                      "a key from GET /api/v1/admin/templates"});
    return;
  }
  checkTemplate(command, *found, errors);
  ref.version = found->version.version;
  ref.language = found->version.language;
}

}  // namespace belfry
