#include "services/dead_letters/dead_letters.h"

#include "services/dead_letters/dead_letter_record.h"

namespace belfry {
namespace {

Problem unknown(const std::string& id) {
  return {ErrorCode::not_found, "there is no dead letter '" + shorten(id) + "'", {}};
}

Problem invalid(std::vector<FieldError> errors) {
  const auto count = errors.size();
  return {ErrorCode::validation_failed,
          std::to_string(count) + (count == 1 ? " field is" : " fields are") + " not valid", std::move(errors)};
}

/// Why nothing was done to one that is dead no more.
Problem notDead(const DeadLetter& letter) {
  std::string what = "dead letter " + letter.id.toString();
  if (letter.state == DeadLetterState::settled) what += " was settled by a receipt that came late";
  else if (letter.ended_by.empty()) what += " was replayed";
  else what += " was replayed by " + letter.ended_by;
  if (letter.ended_at) what += " at " + formatRfc3339(*letter.ended_at);
  if (letter.replayed_as) what += ", as notification " + letter.replayed_as->toString();
  return {ErrorCode::state_conflict, what + "; only what is dead can be replayed, corrected or purged", {}};
}

Result<DeadLetter, Problem> settled(DeadLetterChange change, const std::string& id) {
  if (!change.letter) return failure(unknown(id));
  if (!change.changed) return failure(notDead(*change.letter));
  return std::move(*change.letter);
}

/// What was corrected that a template reads: where to look when it does not render.
const char* renderedFrom(const DeadLetterEdit& edit) {
  if (edit.data_json) return "/data";
  if (edit.template_version || edit.template_language) return "/template";
  return "";
}

/// What would fail at once, again.
std::optional<FieldError> brokenBy(const DeadLetterEdit& edit, const DeliveryPreview& preview) {
  if (!preview.problem_code.empty() && preview.problem_code != "no_provider")
    return FieldError{renderedFrom(edit), FieldErrorCode::malformed, preview.problem, preview.problem_code,
                      "what the template renders with"};
  if (!preview.outcome) return std::nullopt;
  const auto outcome = preview.outcome->outcome;
  if (outcome != Outcome::rejected_request && outcome != Outcome::rejected_recipient) return std::nullopt;
  return FieldError{outcome == Outcome::rejected_recipient ? "/recipient" : "/content", FieldErrorCode::not_allowed,
                    "the provider's plugin refuses it: " + preview.outcome->detail, preview.outcome->code,
                    "what " + preview.provider + " can send"};
}

}  // namespace

Result<DeadLetter, Problem> DeadLetters::find(TenantId tenant, const std::string& id) const {
  const auto parsed = DeadLetterId::parse(id);
  auto letter = parsed ? parts_.letters.get(tenant, *parsed) : std::nullopt;
  if (!letter) return failure(unknown(id));
  return std::move(*letter);
}

Result<DeadLetters::Found, Problem> DeadLetters::open(TenantId tenant, const std::string& id) const {
  auto letter = find(tenant, id);
  if (!letter) return failure(std::move(letter).error());
  auto view = parts_.notifications.get(tenant, letter->notification);
  if (view) std::erase_if(view->deliveries, [&](const Delivery& one) { return one.id != letter->delivery; });
  if (!view || view->deliveries.empty())
    return failure(Problem{ErrorCode::gone,
                           "notification " + letter->notification.toString() + " of this dead letter is kept no longer",
                           {}});
  return Found{std::move(*letter), std::move(*view)};
}

Result<DeadLetterView, Problem> DeadLetters::inspect(TenantId tenant, const std::string& id) const {
  auto found = open(tenant, id);
  if (!found) return failure(std::move(found).error());
  const auto& view = found->notification;
  const auto& delivery = view.deliveries[0];
  auto preview = previewOf(tenant, view.request, {delivery.id, delivery.channel, delivery.address}, view.priority,
                           view.created_at);
  return DeadLetterView{std::move(found->letter), std::move(found->notification), std::move(preview)};
}

Result<DeadLetter, Problem> DeadLetters::replay(const Operator& by, const std::string& id) {
  auto found = open(by.tenant, id);
  if (!found) return failure(std::move(found).error());
  if (found->letter.state != DeadLetterState::dead) return failure(notDead(found->letter));
  const auto& expires_at = found->notification.expires_at;
  if (expires_at && *expires_at <= parts_.clock.now())
    return failure(Problem{ErrorCode::state_conflict,
                           "its notification expired at " + formatRfc3339(*expires_at) +
                               " and would not be sent; POST …/edit with a later expiresAt sends it",
                           {}});
  return settled(parts_.letters.replay(found->letter.id, auditOf(by, "dead_letter.replay", found->letter)), id);
}

Result<NewNotification, Problem> DeadLetters::check(TenantId tenant, SendCommand command) const {
  Caller caller;
  caller.tenant = tenant;
  auto basis = parts_.intake.basisFor(caller);
  if (!basis) return failure(std::move(basis).error());
  return parts_.intake.check(*basis, command);
}

Result<CorrectedReplay, Problem> DeadLetters::correct(const Operator& by, const std::string& id,
                                                      const DeadLetterEdit& edit, bool dry_run) {
  auto found = open(by.tenant, id);
  if (!found) return failure(std::move(found).error());
  if (found->letter.state != DeadLetterState::dead) return failure(notDead(found->letter));
  if (auto errors = faultsOf(edit, found->notification); !errors.empty()) return failure(invalid(std::move(errors)));
  auto made = check(by.tenant, corrected(found->notification, found->notification.deliveries[0], edit));
  if (!made) return failure(std::move(made).error());
  const auto& delivery = made->deliveries.at(0);
  auto preview = previewOf(by.tenant, made->request, delivery, made->priority, made->created_at);
  if (auto broken = brokenBy(edit, preview)) return failure(invalid({std::move(*broken)}));
  CorrectedReplay replay{found->letter, made->id, delivery.id, {}};
  if (dry_run) {
    replay.previews.push_back(std::move(preview));
    return replay;
  }
  auto audit = auditOf(by, "dead_letter.edit", found->letter);
  audit.after_json = recordOf(made->id, fieldsOf(edit));
  auto letter = settled(parts_.letters.replayAs(found->letter.id, *made, audit), id);
  if (!letter) return failure(std::move(letter).error());
  replay.letter = std::move(*letter);
  return replay;
}

Result<DeadLetter, Problem> DeadLetters::purge(const Operator& by, const std::string& id) {
  auto letter = find(by.tenant, id);
  if (!letter) return failure(std::move(letter).error());
  return settled(parts_.letters.purge(letter->id, auditOf(by, "dead_letter.purge", *letter)), id);
}

DeliveryPreview DeadLetters::previewOf(TenantId tenant, const NotificationRequest& request, const NewDelivery& delivery,
                                       Priority priority, TimePoint created_at) const {
  return parts_.previews.preview(tenant, request, delivery.id, delivery.channel, priority,
                                 static_cast<std::size_t>(delivery.address), created_at);
}

AuditEntry DeadLetters::auditOf(const Operator& by, std::string action, const DeadLetter& letter) const {
  const auto now = parts_.clock.now();
  return {by.tenant, AuditId::mint(now), now, by.subject, std::move(action), letter.id.toString(), recordOf(letter),
          {},        by.request_id};
}

}  // namespace belfry
