#include "services/intake/intake.h"

#include <algorithm>
#include <set>

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

/// A push to a user goes to the devices that are registered, unless the send names some.
bool wantsDevices(const SendCommand& command) {
  const auto& recipient = command.request.recipient;
  const bool push =
      std::find(command.channels.begin(), command.channels.end(), Channel::push) != command.channels.end();
  return push && recipient.device_tokens.empty() && !recipient.user_id.empty();
}

/// As it was accepted, but for the channels on which it is a double.
Accepted withDoubles(Accepted accepted, const std::vector<Channel>& doubles) {
  bool all = true;
  for (auto& delivery : accepted.deliveries) {
    if (std::find(doubles.begin(), doubles.end(), delivery.channel) == doubles.end()) all = false;
    else delivery.state = DeliveryState::deduplicated;
  }
  if (all) accepted.state = DeliveryState::deduplicated;
  return accepted;
}

/// Turns what the store says into an answer.
struct ToAnswer {
  std::string fresh_json;

  Result<SendAnswer, Problem> operator()(const Stored& stored) {
    return SendAnswer{202, stored.answer_json.empty() ? std::move(fresh_json) : stored.answer_json, false};
  }
  Result<SendAnswer, Problem> operator()(const Replayed& first) {
    return SendAnswer{first.status, first.response_json, true};
  }
  Result<SendAnswer, Problem> operator()(const IdempotencyMismatch&) { return failure(keyMismatch()); }
  Result<SendAnswer, Problem> operator()(const IdempotencyInProgress&) { return failure(keyInProgress()); }
};

}  // namespace

Problem keyMismatch() {
  return {ErrorCode::idempotency_mismatch, "this Idempotency-Key was used for a different request", {}, 0};
}

Problem keyInProgress() {
  return {ErrorCode::idempotency_in_progress, "a request with this Idempotency-Key is in progress", {}, 1};
}

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
  writer.submit(std::move(prepared).value(),
                [completion, answer = std::move(answer)](Result<IntakeOutcome, Problem> outcome) mutable {
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
  auto basis = basisFor(caller);
  if (!basis) return failure(std::move(basis).error());
  return check(*basis, command);
}

Result<SendBasis, Problem> Intake::basisFor(const Caller& caller) const {
  auto tenant = parts_.directory.find(caller.tenant);
  if (!tenant) return failure(Problem{ErrorCode::not_found, "unknown tenant", {}, 0});
  if (tenant->row.state == TenantState::suspended) {
    return failure(Problem{ErrorCode::tenant_suspended, "tenant '" + tenant->row.slug + "' is suspended", {}, 0});
  }
  return SendBasis(caller.tenant, std::move(tenant), parts_.plugins, parts_.clock.now());
}

Result<NewNotification, Problem> Intake::check(SendBasis& basis, SendCommand& command) {
  if (auto why = drained(basis.id(), command)) return failure(std::move(*why));
  const auto now = basis.now();
  std::vector<FieldError> errors;
  checkChannels(command, basis.tenant(), errors);
  checkRecipient(command.request.recipient, errors);
  normalisePhone(command.request.recipient, errors);
  checkOptions(command.request, errors);
  checkOptionNames(command, basis, errors);
  checkContent(command, errors);
  fillDevices(basis, command, errors);
  resolveLocalTime(command, {command.request.recipient.timezone, settings_.timezone}, parts_.zones, errors);
  checkTimes(command, now, settings_.most_ahead, errors);
  std::shared_ptr<const ResolvedTemplate> found;
  if (command.request.template_ref) found = resolveTemplate(basis, command, errors);
  checkDedup(command, errors);
  if (!errors.empty()) return failure(invalid(std::move(errors)));

  NewNotification notification;
  notification.tenant = basis.id();
  notification.id = NotificationId::mint(now);
  notification.priority = command.priority;
  notification.request = std::move(command.request);
  notification.request.timezone = std::move(command.timezone);
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
    notification.idempotency = IdempotencyClaim{sha256(command.idempotency_key),
                                                command.request_hash,
                                                {},
                                                now + command.key_ttl.value_or(settings_.idempotency_ttl)};
  }
  if (!command.dry_run) notification.dedup = dedupWork(command, notification, found.get(), basis.tenant().row.dedup);
  return notification;
}

std::optional<Problem> Intake::drained(TenantId tenant, const SendCommand& command) const {
  constexpr int kLookAgain = 60;
  if (parts_.gate == nullptr || command.dry_run || !parts_.gate->anything()) return std::nullopt;
  for (const auto channel : command.channels) {
    const auto drain = parts_.gate->drain(tenant, channel);
    if (!drain) continue;
    return Problem{ErrorCode::not_ready,
                   (drain->scope.channel ? "channel " + std::string(toText(channel)) + " is" : "the tenant is") +
                       " being drained since " + formatRfc3339(drain->created_at) + " by " + drain->created_by +
                       (drain->reason.empty() ? "" : " (" + drain->reason + ")") +
                       ": nothing is taken in for it until it is resumed",
                   {},
                   kLookAgain};
  }
  return std::nullopt;
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

void Intake::lookUpDevices(SendBasis& basis, const std::vector<const SendCommand*>& commands) {
  std::set<std::string> users;
  for (const auto* command : commands)
    if (wantsDevices(*command)) users.insert(command->request.recipient.user_id);
  if (users.empty()) return basis.setDevices({});
  basis.setDevices(parts_.devices.liveOf(basis.id(), std::vector<std::string>(users.begin(), users.end())));
}

void Intake::fillDevices(const SendBasis& basis, SendCommand& command, std::vector<FieldError>& errors) {
  if (!wantsDevices(command)) return;
  auto& recipient = command.request.recipient;
  if (const auto& known = basis.devices()) {
    if (const auto found = known->find(recipient.user_id); found != known->end())
      recipient.device_tokens = found->second;
  } else {
    recipient.device_tokens = parts_.devices.live(basis.id(), recipient.user_id);
  }
  if (!recipient.device_tokens.empty() || command.channels.size() > 1) return;
  errors.push_back({"/recipient/userId", FieldErrorCode::no_device, "has no registered device to push to",
                    shorten(recipient.user_id),
                    "a user with a device (PUT /api/v1/services/users/{userId}/devices), or deviceTokens"});
}

std::optional<DedupWork> Intake::dedupWork(const SendCommand& command, const NewNotification& notification,
                                           const ResolvedTemplate* found, const DedupPolicy& of_tenant) const {
  const auto rule =
      dedupRule(command.dedup, found != nullptr ? &found->dedup : nullptr, of_tenant, settings_.dedup_ttls);
  if (!rule) return std::nullopt;
  return DedupWork{dedupClaims(notification.tenant, notification.request, command.channels, *rule,
                               command.dedup ? command.dedup->key : "", notification.created_at),
                   [this, accepted = describe(notification)](const std::vector<Channel>& doubles) {
                     return answer_json_(withDoubles(accepted, doubles));
                   }};
}

std::shared_ptr<const ResolvedTemplate> Intake::resolveTemplate(SendBasis& basis, SendCommand& command,
                                                                std::vector<FieldError>& errors) {
  auto& ref = *command.request.template_ref;
  auto version = ref.version == 0 ? std::optional<int>() : std::optional<int>(ref.version);
  auto language = ref.language.empty() ? command.request.recipient.language : ref.language;
  const auto& found = basis.templateOf(
      ref.key, version, language, [&] { return parts_.templates.resolve(basis.id(), ref.key, version, language); });
  if (!found) {
    auto what = version ? "no version " + std::to_string(*version) + " of this template"
                        : "no published version of this template";
    errors.push_back({"/template/key", FieldErrorCode::not_found, "there is " + what, shorten(ref.key),
                      "a key from GET /api/v1/admin/templates"});
    return nullptr;
  }
  checkTemplate(command, *found, errors);
  ref.version = found->version.version;
  ref.language = found->version.language;
  return found;
}

}  // namespace belfry
