// Generated from schemas/vocabulary.yaml by schemas/generate_vocabulary.py. Do not edit.
// clang-format off
#include "model/vocabulary.h"

namespace belfry {

// ---- Channel
std::string_view toText(Channel value) noexcept {
  switch (value) {
    case Channel::email: return "email";
    case Channel::sms: return "sms";
    case Channel::push: return "push";
    case Channel::whatsapp: return "whatsapp";
    case Channel::inapp: return "inapp";
    case Channel::slack: return "slack";
    case Channel::webhook: return "webhook";
  }
  return {};
}
std::string_view describe(Channel value) noexcept {
  switch (value) {
    case Channel::email: return "E-mail";
    case Channel::sms: return "Text message";
    case Channel::push: return "Push notification to a device or a browser";
    case Channel::whatsapp: return "WhatsApp message";
    case Channel::inapp: return "The inbox inside the product, with live update";
    case Channel::slack: return "Slack message";
    case Channel::webhook: return "An HTTP request to an address of the recipient";
  }
  return {};
}
std::optional<Channel> parseChannel(std::string_view text) noexcept {
  if (text == "email") return Channel::email;
  if (text == "sms") return Channel::sms;
  if (text == "push") return Channel::push;
  if (text == "whatsapp") return Channel::whatsapp;
  if (text == "inapp") return Channel::inapp;
  if (text == "slack") return Channel::slack;
  if (text == "webhook") return Channel::webhook;
  if (text == "fcm") return Channel::push;
  if (text == "database") return Channel::inapp;
  if (text == "in_app") return Channel::inapp;
  return std::nullopt;
}
std::string_view allowedChannel() noexcept { return "email, sms, push, whatsapp, inapp, slack, webhook"; }
std::span<const Channel> allChannels() noexcept {
  static constexpr Channel kAll[] = {Channel::email, Channel::sms, Channel::push, Channel::whatsapp, Channel::inapp, Channel::slack, Channel::webhook};
  return kAll;
}

// ---- Priority
std::string_view toText(Priority value) noexcept {
  switch (value) {
    case Priority::critical: return "critical";
    case Priority::high: return "high";
    case Priority::medium: return "medium";
    case Priority::low: return "low";
  }
  return {};
}
std::string_view describe(Priority value) noexcept {
  switch (value) {
    case Priority::critical: return "Somebody waits for it now, such as a sign-in code";
    case Priority::high: return "Wanted within seconds";
    case Priority::medium: return "The default";
    case Priority::low: return "May wait behind everything else";
  }
  return {};
}
std::optional<Priority> parsePriority(std::string_view text) noexcept {
  if (text == "critical") return Priority::critical;
  if (text == "high") return Priority::high;
  if (text == "medium") return Priority::medium;
  if (text == "low") return Priority::low;
  if (text == "urgent") return Priority::critical;
  if (text == "normal") return Priority::medium;
  return std::nullopt;
}
std::string_view allowedPriority() noexcept { return "critical, high, medium, low"; }
std::span<const Priority> allPriorities() noexcept {
  static constexpr Priority kAll[] = {Priority::critical, Priority::high, Priority::medium, Priority::low};
  return kAll;
}
std::optional<Priority> priorityFromNumber(std::int64_t number) noexcept {
  switch (number) {
    case 0: return Priority::critical;
    case 1: return Priority::high;
    case 2: return Priority::medium;
    case 3: return Priority::low;
    default: return std::nullopt;
  }
}

// ---- DeliveryState
std::string_view toText(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return "pending";
    case DeliveryState::scheduled: return "scheduled";
    case DeliveryState::queued: return "queued";
    case DeliveryState::sending: return "sending";
    case DeliveryState::sent: return "sent";
    case DeliveryState::delivered: return "delivered";
    case DeliveryState::deferred: return "deferred";
    case DeliveryState::failed: return "failed";
    case DeliveryState::bounced: return "bounced";
    case DeliveryState::suppressed: return "suppressed";
    case DeliveryState::skipped: return "skipped";
    case DeliveryState::cancelled: return "cancelled";
    case DeliveryState::expired: return "expired";
    case DeliveryState::deduplicated: return "deduplicated";
    case DeliveryState::unknown: return "unknown";
  }
  return {};
}
std::string_view describe(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return "Accepted, not yet placed in a queue";
    case DeliveryState::scheduled: return "Waits for its time";
    case DeliveryState::queued: return "Due and waiting for a worker";
    case DeliveryState::sending: return "Claimed by a worker under a lease";
    case DeliveryState::sent: return "The provider accepted it";
    case DeliveryState::delivered: return "The provider says that it arrived";
    case DeliveryState::deferred: return "Put off, by a retry or by a rule, until its next attempt";
    case DeliveryState::failed: return "Given up";
    case DeliveryState::bounced: return "The recipient's address refused it";
    case DeliveryState::suppressed: return "Not sent because the address is on the suppression list";
    case DeliveryState::skipped: return "Not sent because a preference, a consent or a condition said so";
    case DeliveryState::cancelled: return "Called off before it was sent";
    case DeliveryState::expired: return "Its time to live ran out before it was sent";
    case DeliveryState::deduplicated: return "A double of another notification";
    case DeliveryState::unknown: return "It may have been sent, nobody can tell; held, never repeated blindly";
  }
  return {};
}
std::optional<DeliveryState> parseDeliveryState(std::string_view text) noexcept {
  if (text == "pending") return DeliveryState::pending;
  if (text == "scheduled") return DeliveryState::scheduled;
  if (text == "queued") return DeliveryState::queued;
  if (text == "sending") return DeliveryState::sending;
  if (text == "sent") return DeliveryState::sent;
  if (text == "delivered") return DeliveryState::delivered;
  if (text == "deferred") return DeliveryState::deferred;
  if (text == "failed") return DeliveryState::failed;
  if (text == "bounced") return DeliveryState::bounced;
  if (text == "suppressed") return DeliveryState::suppressed;
  if (text == "skipped") return DeliveryState::skipped;
  if (text == "cancelled") return DeliveryState::cancelled;
  if (text == "expired") return DeliveryState::expired;
  if (text == "deduplicated") return DeliveryState::deduplicated;
  if (text == "unknown") return DeliveryState::unknown;
  return std::nullopt;
}
std::string_view allowedDeliveryState() noexcept { return "pending, scheduled, queued, sending, sent, delivered, deferred, failed, bounced, suppressed, skipped, cancelled, expired, deduplicated, unknown"; }
std::span<const DeliveryState> allDeliveryStates() noexcept {
  static constexpr DeliveryState kAll[] = {DeliveryState::pending, DeliveryState::scheduled, DeliveryState::queued, DeliveryState::sending, DeliveryState::sent, DeliveryState::delivered, DeliveryState::deferred, DeliveryState::failed, DeliveryState::bounced, DeliveryState::suppressed, DeliveryState::skipped, DeliveryState::cancelled, DeliveryState::expired, DeliveryState::deduplicated, DeliveryState::unknown};
  return kAll;
}

// ---- Engagement
std::string_view toText(Engagement value) noexcept {
  switch (value) {
    case Engagement::opened: return "opened";
    case Engagement::clicked: return "clicked";
    case Engagement::read: return "read";
    case Engagement::complained: return "complained";
  }
  return {};
}
std::string_view describe(Engagement value) noexcept {
  switch (value) {
    case Engagement::opened: return "Opened it";
    case Engagement::clicked: return "Followed a link";
    case Engagement::read: return "Read it (inbox or a read receipt)";
    case Engagement::complained: return "Marked it as spam";
  }
  return {};
}
std::optional<Engagement> parseEngagement(std::string_view text) noexcept {
  if (text == "opened") return Engagement::opened;
  if (text == "clicked") return Engagement::clicked;
  if (text == "read") return Engagement::read;
  if (text == "complained") return Engagement::complained;
  return std::nullopt;
}
std::string_view allowedEngagement() noexcept { return "opened, clicked, read, complained"; }
std::span<const Engagement> allEngagements() noexcept {
  static constexpr Engagement kAll[] = {Engagement::opened, Engagement::clicked, Engagement::read, Engagement::complained};
  return kAll;
}

// ---- Outcome
std::string_view toText(Outcome value) noexcept {
  switch (value) {
    case Outcome::accepted: return "accepted";
    case Outcome::delivered: return "delivered";
    case Outcome::rejected_recipient: return "rejected_recipient";
    case Outcome::rejected_request: return "rejected_request";
    case Outcome::credential: return "credential";
    case Outcome::throttled: return "throttled";
    case Outcome::retry: return "retry";
    case Outcome::unknown: return "unknown";
  }
  return {};
}
std::string_view describe(Outcome value) noexcept {
  switch (value) {
    case Outcome::accepted: return "The provider took it";
    case Outcome::delivered: return "The provider says that it arrived";
    case Outcome::rejected_recipient: return "This address is bad. Suppress it, never fail over";
    case Outcome::rejected_request: return "This message is bad. Fail it, suppress nobody";
    case Outcome::credential: return "The provider refuses our credentials. Stop this provider for this tenant";
    case Outcome::throttled: return "Too fast. Retry after the time given, or by the back-off";
    case Outcome::retry: return "It was certainly not sent, and may be tried again";
    case Outcome::unknown: return "It may have been sent. Never repeated blindly";
  }
  return {};
}
std::optional<Outcome> parseOutcome(std::string_view text) noexcept {
  if (text == "accepted") return Outcome::accepted;
  if (text == "delivered") return Outcome::delivered;
  if (text == "rejected_recipient") return Outcome::rejected_recipient;
  if (text == "rejected_request") return Outcome::rejected_request;
  if (text == "credential") return Outcome::credential;
  if (text == "throttled") return Outcome::throttled;
  if (text == "retry") return Outcome::retry;
  if (text == "unknown") return Outcome::unknown;
  return std::nullopt;
}
std::string_view allowedOutcome() noexcept { return "accepted, delivered, rejected_recipient, rejected_request, credential, throttled, retry, unknown"; }
std::span<const Outcome> allOutcomes() noexcept {
  static constexpr Outcome kAll[] = {Outcome::accepted, Outcome::delivered, Outcome::rejected_recipient, Outcome::rejected_request, Outcome::credential, Outcome::throttled, Outcome::retry, Outcome::unknown};
  return kAll;
}
std::optional<Outcome> outcomeFromNumber(std::int64_t number) noexcept {
  switch (number) {
    case 1: return Outcome::accepted;
    case 2: return Outcome::delivered;
    case 3: return Outcome::rejected_recipient;
    case 4: return Outcome::rejected_request;
    case 5: return Outcome::credential;
    case 6: return Outcome::throttled;
    case 7: return Outcome::retry;
    case 8: return Outcome::unknown;
    default: return std::nullopt;
  }
}

// ---- PluginKind
std::string_view toText(PluginKind value) noexcept {
  switch (value) {
    case PluginKind::channel: return "channel";
    case PluginKind::template_: return "template";
    case PluginKind::auth: return "auth";
  }
  return {};
}
std::string_view describe(PluginKind value) noexcept {
  switch (value) {
    case PluginKind::channel: return "Sends through a provider";
    case PluginKind::template_: return "Renders templates";
    case PluginKind::auth: return "Turns credentials into a caller";
  }
  return {};
}
std::optional<PluginKind> parsePluginKind(std::string_view text) noexcept {
  if (text == "channel") return PluginKind::channel;
  if (text == "template") return PluginKind::template_;
  if (text == "auth") return PluginKind::auth;
  return std::nullopt;
}
std::string_view allowedPluginKind() noexcept { return "channel, template, auth"; }
std::span<const PluginKind> allPluginKinds() noexcept {
  static constexpr PluginKind kAll[] = {PluginKind::channel, PluginKind::template_, PluginKind::auth};
  return kAll;
}

// ---- EventType
std::string_view toText(EventType value) noexcept {
  switch (value) {
    case EventType::accepted: return "accepted";
    case EventType::scheduled: return "scheduled";
    case EventType::queued: return "queued";
    case EventType::sending: return "sending";
    case EventType::sent: return "sent";
    case EventType::delivered: return "delivered";
    case EventType::deferred: return "deferred";
    case EventType::retry: return "retry";
    case EventType::lease_expired: return "lease_expired";
    case EventType::failed: return "failed";
    case EventType::bounced: return "bounced";
    case EventType::suppressed: return "suppressed";
    case EventType::skipped: return "skipped";
    case EventType::cancelled: return "cancelled";
    case EventType::expired: return "expired";
    case EventType::deduplicated: return "deduplicated";
    case EventType::unknown: return "unknown";
    case EventType::provider_deferred: return "provider_deferred";
    case EventType::merged: return "merged";
    case EventType::replayed: return "replayed";
    case EventType::priority_changed: return "priority_changed";
    case EventType::looked_up: return "looked_up";
    case EventType::receipt_ignored: return "receipt_ignored";
    case EventType::decision: return "decision";
    case EventType::opened: return "opened";
    case EventType::clicked: return "clicked";
    case EventType::read: return "read";
    case EventType::complained: return "complained";
    case EventType::unsubscribed: return "unsubscribed";
    case EventType::suppress: return "suppress";
  }
  return {};
}
std::string_view describe(EventType value) noexcept {
  switch (value) {
    case EventType::accepted: return "Taken in durably";
    case EventType::scheduled: return "Given a time";
    case EventType::queued: return "Put in the queue";
    case EventType::sending: return "An attempt began";
    case EventType::sent: return "The provider accepted it";
    case EventType::delivered: return "The provider reports that it arrived";
    case EventType::deferred: return "Put off by a rule until a later time";
    case EventType::retry: return "The attempt failed and another one follows";
    case EventType::lease_expired: return "The worker that held the claim vanished";
    case EventType::failed: return "Given up";
    case EventType::bounced: return "The recipient's address refused it";
    case EventType::suppressed: return "Stopped by the suppression list";
    case EventType::skipped: return "Stopped by a rule";
    case EventType::cancelled: return "Called off";
    case EventType::expired: return "Its time to live ran out";
    case EventType::deduplicated: return "Found to be a double";
    case EventType::unknown: return "It may have been sent";
    case EventType::provider_deferred: return "The provider reports a delay and goes on trying";
    case EventType::merged: return "The data of a double was merged into it";
    case EventType::replayed: return "An operator corrected it and sent it anew, as another notification";
    case EventType::priority_changed: return "An operator gave it another priority";
    case EventType::looked_up: return "The provider was asked what became of it";
    case EventType::receipt_ignored: return "A receipt that the state machine does not allow any more; kept for the record";
    case EventType::decision: return "A rule was consulted: rule, level and value are kept";
    case EventType::opened: return "Opened";
    case EventType::clicked: return "A link was followed";
    case EventType::read: return "Read";
    case EventType::complained: return "Marked as spam";
    case EventType::unsubscribed: return "Wants no more of this kind";
    case EventType::suppress: return "The address goes on the suppression list: dead, or its owner complained";
  }
  return {};
}
std::optional<EventType> parseEventType(std::string_view text) noexcept {
  if (text == "accepted") return EventType::accepted;
  if (text == "scheduled") return EventType::scheduled;
  if (text == "queued") return EventType::queued;
  if (text == "sending") return EventType::sending;
  if (text == "sent") return EventType::sent;
  if (text == "delivered") return EventType::delivered;
  if (text == "deferred") return EventType::deferred;
  if (text == "retry") return EventType::retry;
  if (text == "lease_expired") return EventType::lease_expired;
  if (text == "failed") return EventType::failed;
  if (text == "bounced") return EventType::bounced;
  if (text == "suppressed") return EventType::suppressed;
  if (text == "skipped") return EventType::skipped;
  if (text == "cancelled") return EventType::cancelled;
  if (text == "expired") return EventType::expired;
  if (text == "deduplicated") return EventType::deduplicated;
  if (text == "unknown") return EventType::unknown;
  if (text == "provider_deferred") return EventType::provider_deferred;
  if (text == "merged") return EventType::merged;
  if (text == "replayed") return EventType::replayed;
  if (text == "priority_changed") return EventType::priority_changed;
  if (text == "looked_up") return EventType::looked_up;
  if (text == "receipt_ignored") return EventType::receipt_ignored;
  if (text == "decision") return EventType::decision;
  if (text == "opened") return EventType::opened;
  if (text == "clicked") return EventType::clicked;
  if (text == "read") return EventType::read;
  if (text == "complained") return EventType::complained;
  if (text == "unsubscribed") return EventType::unsubscribed;
  if (text == "suppress") return EventType::suppress;
  return std::nullopt;
}
std::string_view allowedEventType() noexcept { return "accepted, scheduled, queued, sending, sent, delivered, deferred, retry, lease_expired, failed, bounced, suppressed, skipped, cancelled, expired, deduplicated, unknown, provider_deferred, merged, replayed, priority_changed, looked_up, receipt_ignored, decision, opened, clicked, read, complained, unsubscribed, suppress"; }
std::span<const EventType> allEventTypes() noexcept {
  static constexpr EventType kAll[] = {EventType::accepted, EventType::scheduled, EventType::queued, EventType::sending, EventType::sent, EventType::delivered, EventType::deferred, EventType::retry, EventType::lease_expired, EventType::failed, EventType::bounced, EventType::suppressed, EventType::skipped, EventType::cancelled, EventType::expired, EventType::deduplicated, EventType::unknown, EventType::provider_deferred, EventType::merged, EventType::replayed, EventType::priority_changed, EventType::looked_up, EventType::receipt_ignored, EventType::decision, EventType::opened, EventType::clicked, EventType::read, EventType::complained, EventType::unsubscribed, EventType::suppress};
  return kAll;
}

// ---- ReceiptType
std::string_view toText(ReceiptType value) noexcept {
  switch (value) {
    case ReceiptType::queued: return "queued";
    case ReceiptType::sent: return "sent";
    case ReceiptType::delivered: return "delivered";
    case ReceiptType::delayed: return "delayed";
    case ReceiptType::bounced: return "bounced";
    case ReceiptType::soft_bounced: return "soft_bounced";
    case ReceiptType::failed: return "failed";
    case ReceiptType::opened: return "opened";
    case ReceiptType::clicked: return "clicked";
    case ReceiptType::read: return "read";
    case ReceiptType::complained: return "complained";
    case ReceiptType::unsubscribed: return "unsubscribed";
  }
  return {};
}
std::string_view describe(ReceiptType value) noexcept {
  switch (value) {
    case ReceiptType::queued: return "The provider has it and will send it";
    case ReceiptType::sent: return "The provider handed it on";
    case ReceiptType::delivered: return "It arrived";
    case ReceiptType::delayed: return "The provider meets a delay and goes on trying";
    case ReceiptType::bounced: return "The address refused it for good";
    case ReceiptType::soft_bounced: return "It was refused for now; the provider has given up, the address may be good";
    case ReceiptType::failed: return "The provider gave up, and the address is not to blame";
    case ReceiptType::opened: return "Opened";
    case ReceiptType::clicked: return "A link was followed";
    case ReceiptType::read: return "Read";
    case ReceiptType::complained: return "Marked as spam";
    case ReceiptType::unsubscribed: return "Wants no more of this kind";
  }
  return {};
}
std::optional<ReceiptType> parseReceiptType(std::string_view text) noexcept {
  if (text == "queued") return ReceiptType::queued;
  if (text == "sent") return ReceiptType::sent;
  if (text == "delivered") return ReceiptType::delivered;
  if (text == "delayed") return ReceiptType::delayed;
  if (text == "bounced") return ReceiptType::bounced;
  if (text == "soft_bounced") return ReceiptType::soft_bounced;
  if (text == "failed") return ReceiptType::failed;
  if (text == "opened") return ReceiptType::opened;
  if (text == "clicked") return ReceiptType::clicked;
  if (text == "read") return ReceiptType::read;
  if (text == "complained") return ReceiptType::complained;
  if (text == "unsubscribed") return ReceiptType::unsubscribed;
  return std::nullopt;
}
std::string_view allowedReceiptType() noexcept { return "queued, sent, delivered, delayed, bounced, soft_bounced, failed, opened, clicked, read, complained, unsubscribed"; }
std::span<const ReceiptType> allReceiptTypes() noexcept {
  static constexpr ReceiptType kAll[] = {ReceiptType::queued, ReceiptType::sent, ReceiptType::delivered, ReceiptType::delayed, ReceiptType::bounced, ReceiptType::soft_bounced, ReceiptType::failed, ReceiptType::opened, ReceiptType::clicked, ReceiptType::read, ReceiptType::complained, ReceiptType::unsubscribed};
  return kAll;
}
std::optional<ReceiptType> receiptTypeFromNumber(std::int64_t number) noexcept {
  switch (number) {
    case 1: return ReceiptType::queued;
    case 2: return ReceiptType::sent;
    case 3: return ReceiptType::delivered;
    case 4: return ReceiptType::delayed;
    case 5: return ReceiptType::bounced;
    case 6: return ReceiptType::soft_bounced;
    case 7: return ReceiptType::failed;
    case 8: return ReceiptType::opened;
    case 9: return ReceiptType::clicked;
    case 10: return ReceiptType::read;
    case 11: return ReceiptType::complained;
    case 12: return ReceiptType::unsubscribed;
    default: return std::nullopt;
  }
}

// ---- ReceiptResult
std::string_view toText(ReceiptResult value) noexcept {
  switch (value) {
    case ReceiptResult::applied: return "applied";
    case ReceiptResult::noted: return "noted";
    case ReceiptResult::ignored: return "ignored";
    case ReceiptResult::duplicate: return "duplicate";
    case ReceiptResult::parked: return "parked";
    case ReceiptResult::refused: return "refused";
  }
  return {};
}
std::string_view describe(ReceiptResult value) noexcept {
  switch (value) {
    case ReceiptResult::applied: return "The delivery moved on or its timeline grew";
    case ReceiptResult::noted: return "Nothing new for the delivery, and nothing wrong";
    case ReceiptResult::ignored: return "The state machine does not allow it any more; kept in the timeline";
    case ReceiptResult::duplicate: return "This event was applied before";
    case ReceiptResult::parked: return "It came before its attempt was settled, or its message is not known yet; it waits";
    case ReceiptResult::refused: return "It belongs to no delivery that this provider instance sent";
  }
  return {};
}
std::optional<ReceiptResult> parseReceiptResult(std::string_view text) noexcept {
  if (text == "applied") return ReceiptResult::applied;
  if (text == "noted") return ReceiptResult::noted;
  if (text == "ignored") return ReceiptResult::ignored;
  if (text == "duplicate") return ReceiptResult::duplicate;
  if (text == "parked") return ReceiptResult::parked;
  if (text == "refused") return ReceiptResult::refused;
  return std::nullopt;
}
std::string_view allowedReceiptResult() noexcept { return "applied, noted, ignored, duplicate, parked, refused"; }
std::span<const ReceiptResult> allReceiptResults() noexcept {
  static constexpr ReceiptResult kAll[] = {ReceiptResult::applied, ReceiptResult::noted, ReceiptResult::ignored, ReceiptResult::duplicate, ReceiptResult::parked, ReceiptResult::refused};
  return kAll;
}

// ---- CallbackState
std::string_view toText(CallbackState value) noexcept {
  switch (value) {
    case CallbackState::received: return "received";
    case CallbackState::processed: return "processed";
    case CallbackState::refused: return "refused";
    case CallbackState::parked: return "parked";
    case CallbackState::failed: return "failed";
  }
  return {};
}
std::string_view describe(CallbackState value) noexcept {
  switch (value) {
    case CallbackState::received: return "Stored as it came, not yet processed";
    case CallbackState::processed: return "Verified; its receipts are applied";
    case CallbackState::refused: return "Not accepted: forged, stale, malformed, or none of its receipts belongs here";
    case CallbackState::parked: return "Verified; every receipt of it waits for its delivery";
    case CallbackState::failed: return "The plugin could not say anything of it, or it could not be applied";
  }
  return {};
}
std::optional<CallbackState> parseCallbackState(std::string_view text) noexcept {
  if (text == "received") return CallbackState::received;
  if (text == "processed") return CallbackState::processed;
  if (text == "refused") return CallbackState::refused;
  if (text == "parked") return CallbackState::parked;
  if (text == "failed") return CallbackState::failed;
  return std::nullopt;
}
std::string_view allowedCallbackState() noexcept { return "received, processed, refused, parked, failed"; }
std::span<const CallbackState> allCallbackStates() noexcept {
  static constexpr CallbackState kAll[] = {CallbackState::received, CallbackState::processed, CallbackState::refused, CallbackState::parked, CallbackState::failed};
  return kAll;
}

// ---- Role
std::string_view toText(Role value) noexcept {
  switch (value) {
    case Role::platform_admin: return "platform-admin";
    case Role::notification_admin: return "notification-admin";
    case Role::notification_manager: return "notification-manager";
    case Role::notification_service: return "notification-service";
    case Role::notification_viewer: return "notification-viewer";
    case Role::notification_user: return "notification-user";
  }
  return {};
}
std::string_view describe(Role value) noexcept {
  switch (value) {
    case Role::platform_admin: return "Runs the host; the only one that acts on every tenant";
    case Role::notification_admin: return "Runs one tenant";
    case Role::notification_manager: return "Edits templates and looks after deliveries";
    case Role::notification_service: return "A program that sends";
    case Role::notification_viewer: return "Looks, changes nothing";
    case Role::notification_user: return "An end user, with access to what is their own";
  }
  return {};
}
std::optional<Role> parseRole(std::string_view text) noexcept {
  if (text == "platform-admin") return Role::platform_admin;
  if (text == "notification-admin") return Role::notification_admin;
  if (text == "notification-manager") return Role::notification_manager;
  if (text == "notification-service") return Role::notification_service;
  if (text == "notification-viewer") return Role::notification_viewer;
  if (text == "notification-user") return Role::notification_user;
  return std::nullopt;
}
std::string_view allowedRole() noexcept { return "platform-admin, notification-admin, notification-manager, notification-service, notification-viewer, notification-user"; }
std::span<const Role> allRoles() noexcept {
  static constexpr Role kAll[] = {Role::platform_admin, Role::notification_admin, Role::notification_manager, Role::notification_service, Role::notification_viewer, Role::notification_user};
  return kAll;
}

// ---- Scope
std::string_view toText(Scope value) noexcept {
  switch (value) {
    case Scope::notifications_send: return "notifications:send";
    case Scope::notifications_read: return "notifications:read";
    case Scope::notifications_manage: return "notifications:manage";
    case Scope::templates_read: return "templates:read";
    case Scope::templates_write: return "templates:write";
    case Scope::providers_read: return "providers:read";
    case Scope::providers_write: return "providers:write";
    case Scope::plugins_read: return "plugins:read";
    case Scope::plugins_write: return "plugins:write";
    case Scope::keys_read: return "keys:read";
    case Scope::keys_write: return "keys:write";
    case Scope::tenants_read: return "tenants:read";
    case Scope::tenants_write: return "tenants:write";
    case Scope::queues_read: return "queues:read";
    case Scope::queues_write: return "queues:write";
    case Scope::feed_read: return "feed:read";
    case Scope::feed_write: return "feed:write";
    case Scope::audit_read: return "audit:read";
    case Scope::callbacks_read: return "callbacks:read";
    case Scope::callbacks_write: return "callbacks:write";
    case Scope::inbox_read: return "inbox:read";
    case Scope::inbox_write: return "inbox:write";
    case Scope::subscribers_token: return "subscribers:token";
  }
  return {};
}
std::string_view describe(Scope value) noexcept {
  switch (value) {
    case Scope::notifications_send: return "Send notifications";
    case Scope::notifications_read: return "Read notifications and their timelines";
    case Scope::notifications_manage: return "Cancel, reschedule and replay";
    case Scope::templates_read: return "Read templates";
    case Scope::templates_write: return "Create and publish templates";
    case Scope::providers_read: return "See provider instances (never their secrets)";
    case Scope::providers_write: return "Create and change provider instances";
    case Scope::plugins_read: return "See the loaded plugins";
    case Scope::plugins_write: return "Install and roll out plugins";
    case Scope::keys_read: return "See API keys (never the key itself)";
    case Scope::keys_write: return "Create and revoke API keys";
    case Scope::tenants_read: return "See the tenant";
    case Scope::tenants_write: return "Create and change tenants";
    case Scope::queues_read: return "Watch queues";
    case Scope::queues_write: return "Pause, resume and drain queues, and change what waits in them";
    case Scope::feed_read: return "Follow what happens to deliveries, in order";
    case Scope::feed_write: return "Set a sink of the feed back to an earlier position";
    case Scope::audit_read: return "See who changed what";
    case Scope::callbacks_read: return "See what providers called back, with secrets masked";
    case Scope::callbacks_write: return "Replay provider callbacks and ask providers about deliveries";
    case Scope::inbox_read: return "Read one's own inbox, devices and preferences";
    case Scope::inbox_write: return "Change one's own inbox, devices and preferences";
    case Scope::subscribers_token: return "Issue tokens for the tenant's users";
  }
  return {};
}
std::optional<Scope> parseScope(std::string_view text) noexcept {
  if (text == "notifications:send") return Scope::notifications_send;
  if (text == "notifications:read") return Scope::notifications_read;
  if (text == "notifications:manage") return Scope::notifications_manage;
  if (text == "templates:read") return Scope::templates_read;
  if (text == "templates:write") return Scope::templates_write;
  if (text == "providers:read") return Scope::providers_read;
  if (text == "providers:write") return Scope::providers_write;
  if (text == "plugins:read") return Scope::plugins_read;
  if (text == "plugins:write") return Scope::plugins_write;
  if (text == "keys:read") return Scope::keys_read;
  if (text == "keys:write") return Scope::keys_write;
  if (text == "tenants:read") return Scope::tenants_read;
  if (text == "tenants:write") return Scope::tenants_write;
  if (text == "queues:read") return Scope::queues_read;
  if (text == "queues:write") return Scope::queues_write;
  if (text == "feed:read") return Scope::feed_read;
  if (text == "feed:write") return Scope::feed_write;
  if (text == "audit:read") return Scope::audit_read;
  if (text == "callbacks:read") return Scope::callbacks_read;
  if (text == "callbacks:write") return Scope::callbacks_write;
  if (text == "inbox:read") return Scope::inbox_read;
  if (text == "inbox:write") return Scope::inbox_write;
  if (text == "subscribers:token") return Scope::subscribers_token;
  return std::nullopt;
}
std::string_view allowedScope() noexcept { return "notifications:send, notifications:read, notifications:manage, templates:read, templates:write, providers:read, providers:write, plugins:read, plugins:write, keys:read, keys:write, tenants:read, tenants:write, queues:read, queues:write, feed:read, feed:write, audit:read, callbacks:read, callbacks:write, inbox:read, inbox:write, subscribers:token"; }
std::span<const Scope> allScopes() noexcept {
  static constexpr Scope kAll[] = {Scope::notifications_send, Scope::notifications_read, Scope::notifications_manage, Scope::templates_read, Scope::templates_write, Scope::providers_read, Scope::providers_write, Scope::plugins_read, Scope::plugins_write, Scope::keys_read, Scope::keys_write, Scope::tenants_read, Scope::tenants_write, Scope::queues_read, Scope::queues_write, Scope::feed_read, Scope::feed_write, Scope::audit_read, Scope::callbacks_read, Scope::callbacks_write, Scope::inbox_read, Scope::inbox_write, Scope::subscribers_token};
  return kAll;
}

// ---- InboxState
std::string_view toText(InboxState value) noexcept {
  switch (value) {
    case InboxState::unread: return "unread";
    case InboxState::read: return "read";
  }
  return {};
}
std::string_view describe(InboxState value) noexcept {
  switch (value) {
    case InboxState::unread: return "Not read yet, or marked as unread again";
    case InboxState::read: return "Read";
  }
  return {};
}
std::optional<InboxState> parseInboxState(std::string_view text) noexcept {
  if (text == "unread") return InboxState::unread;
  if (text == "read") return InboxState::read;
  return std::nullopt;
}
std::string_view allowedInboxState() noexcept { return "unread, read"; }
std::span<const InboxState> allInboxStates() noexcept {
  static constexpr InboxState kAll[] = {InboxState::unread, InboxState::read};
  return kAll;
}

// ---- Platform
std::string_view toText(Platform value) noexcept {
  switch (value) {
    case Platform::ios: return "ios";
    case Platform::android: return "android";
    case Platform::web: return "web";
  }
  return {};
}
std::string_view describe(Platform value) noexcept {
  switch (value) {
    case Platform::ios: return "iOS, iPadOS and the like";
    case Platform::android: return "Android";
    case Platform::web: return "A browser";
  }
  return {};
}
std::optional<Platform> parsePlatform(std::string_view text) noexcept {
  if (text == "ios") return Platform::ios;
  if (text == "android") return Platform::android;
  if (text == "web") return Platform::web;
  return std::nullopt;
}
std::string_view allowedPlatform() noexcept { return "ios, android, web"; }
std::span<const Platform> allPlatforms() noexcept {
  static constexpr Platform kAll[] = {Platform::ios, Platform::android, Platform::web};
  return kAll;
}

// ---- UserType
std::string_view toText(UserType value) noexcept {
  switch (value) {
    case UserType::customer: return "customer";
    case UserType::merchant: return "merchant";
    case UserType::driver: return "driver";
    case UserType::employee: return "employee";
    case UserType::agent: return "agent";
    case UserType::admin: return "admin";
    case UserType::service: return "service";
    case UserType::user: return "user";
  }
  return {};
}
std::string_view describe(UserType value) noexcept {
  switch (value) {
    case UserType::customer: return "Buys or uses the service";
    case UserType::merchant: return "Sells through the service";
    case UserType::driver: return "Carries it out";
    case UserType::employee: return "Works for the tenant";
    case UserType::agent: return "Answers customers for the tenant";
    case UserType::admin: return "Runs the tenant";
    case UserType::service: return "A program";
    case UserType::user: return "Anybody else";
  }
  return {};
}
std::optional<UserType> parseUserType(std::string_view text) noexcept {
  if (text == "customer") return UserType::customer;
  if (text == "merchant") return UserType::merchant;
  if (text == "driver") return UserType::driver;
  if (text == "employee") return UserType::employee;
  if (text == "agent") return UserType::agent;
  if (text == "admin") return UserType::admin;
  if (text == "service") return UserType::service;
  if (text == "user") return UserType::user;
  if (text == "vendor") return UserType::merchant;
  if (text == "seller") return UserType::merchant;
  if (text == "staff") return UserType::employee;
  return std::nullopt;
}
std::string_view allowedUserType() noexcept { return "customer, merchant, driver, employee, agent, admin, service, user"; }
std::span<const UserType> allUserTypes() noexcept {
  static constexpr UserType kAll[] = {UserType::customer, UserType::merchant, UserType::driver, UserType::employee, UserType::agent, UserType::admin, UserType::service, UserType::user};
  return kAll;
}

// ---- TemplateType
std::string_view toText(TemplateType value) noexcept {
  switch (value) {
    case TemplateType::transactional: return "transactional";
    case TemplateType::security: return "security";
    case TemplateType::system: return "system";
    case TemplateType::marketing: return "marketing";
    case TemplateType::digest: return "digest";
  }
  return {};
}
std::string_view describe(TemplateType value) noexcept {
  switch (value) {
    case TemplateType::transactional: return "The recipient caused it and expects it";
    case TemplateType::security: return "Codes, sign-ins, warnings; cannot be switched off";
    case TemplateType::system: return "Notices about the service";
    case TemplateType::marketing: return "Needs consent";
    case TemplateType::digest: return "Gathers several notifications";
  }
  return {};
}
std::optional<TemplateType> parseTemplateType(std::string_view text) noexcept {
  if (text == "transactional") return TemplateType::transactional;
  if (text == "security") return TemplateType::security;
  if (text == "system") return TemplateType::system;
  if (text == "marketing") return TemplateType::marketing;
  if (text == "digest") return TemplateType::digest;
  return std::nullopt;
}
std::string_view allowedTemplateType() noexcept { return "transactional, security, system, marketing, digest"; }
std::span<const TemplateType> allTemplateTypes() noexcept {
  static constexpr TemplateType kAll[] = {TemplateType::transactional, TemplateType::security, TemplateType::system, TemplateType::marketing, TemplateType::digest};
  return kAll;
}

// ---- TemplateVersionState
std::string_view toText(TemplateVersionState value) noexcept {
  switch (value) {
    case TemplateVersionState::draft: return "draft";
    case TemplateVersionState::published: return "published";
  }
  return {};
}
std::string_view describe(TemplateVersionState value) noexcept {
  switch (value) {
    case TemplateVersionState::draft: return "Being edited, used only when named";
    case TemplateVersionState::published: return "In use and immutable";
  }
  return {};
}
std::optional<TemplateVersionState> parseTemplateVersionState(std::string_view text) noexcept {
  if (text == "draft") return TemplateVersionState::draft;
  if (text == "published") return TemplateVersionState::published;
  return std::nullopt;
}
std::string_view allowedTemplateVersionState() noexcept { return "draft, published"; }
std::span<const TemplateVersionState> allTemplateVersionStates() noexcept {
  static constexpr TemplateVersionState kAll[] = {TemplateVersionState::draft, TemplateVersionState::published};
  return kAll;
}

// ---- BatchState
std::string_view toText(BatchState value) noexcept {
  switch (value) {
    case BatchState::open: return "open";
    case BatchState::closed: return "closed";
    case BatchState::completed: return "completed";
    case BatchState::cancelled: return "cancelled";
  }
  return {};
}
std::string_view describe(BatchState value) noexcept {
  switch (value) {
    case BatchState::open: return "Takes more chunks";
    case BatchState::closed: return "Complete, still being sent";
    case BatchState::completed: return "Every delivery is final";
    case BatchState::cancelled: return "Called off";
  }
  return {};
}
std::optional<BatchState> parseBatchState(std::string_view text) noexcept {
  if (text == "open") return BatchState::open;
  if (text == "closed") return BatchState::closed;
  if (text == "completed") return BatchState::completed;
  if (text == "cancelled") return BatchState::cancelled;
  return std::nullopt;
}
std::string_view allowedBatchState() noexcept { return "open, closed, completed, cancelled"; }
std::span<const BatchState> allBatchStates() noexcept {
  static constexpr BatchState kAll[] = {BatchState::open, BatchState::closed, BatchState::completed, BatchState::cancelled};
  return kAll;
}

// ---- TenantState
std::string_view toText(TenantState value) noexcept {
  switch (value) {
    case TenantState::active: return "active";
    case TenantState::suspended: return "suspended";
  }
  return {};
}
std::string_view describe(TenantState value) noexcept {
  switch (value) {
    case TenantState::active: return "Sends";
    case TenantState::suspended: return "Keeps its data and sends nothing";
  }
  return {};
}
std::optional<TenantState> parseTenantState(std::string_view text) noexcept {
  if (text == "active") return TenantState::active;
  if (text == "suspended") return TenantState::suspended;
  return std::nullopt;
}
std::string_view allowedTenantState() noexcept { return "active, suspended"; }
std::span<const TenantState> allTenantStates() noexcept {
  static constexpr TenantState kAll[] = {TenantState::active, TenantState::suspended};
  return kAll;
}

// ---- Strategy
std::string_view toText(Strategy value) noexcept {
  switch (value) {
    case Strategy::all: return "all";
    case Strategy::fallback: return "fallback";
    case Strategy::best: return "best";
  }
  return {};
}
std::string_view describe(Strategy value) noexcept {
  switch (value) {
    case Strategy::all: return "Every channel, side by side";
    case Strategy::fallback: return "The next channel only when the one before failed";
    case Strategy::best: return "The one channel that is most likely to be seen";
  }
  return {};
}
std::optional<Strategy> parseStrategy(std::string_view text) noexcept {
  if (text == "all") return Strategy::all;
  if (text == "fallback") return Strategy::fallback;
  if (text == "best") return Strategy::best;
  return std::nullopt;
}
std::string_view allowedStrategy() noexcept { return "all, fallback, best"; }
std::span<const Strategy> allStrategies() noexcept {
  static constexpr Strategy kAll[] = {Strategy::all, Strategy::fallback, Strategy::best};
  return kAll;
}

// ---- DedupStrategy
std::string_view toText(DedupStrategy value) noexcept {
  switch (value) {
    case DedupStrategy::drop: return "drop";
    case DedupStrategy::merge: return "merge";
    case DedupStrategy::replace: return "replace";
  }
  return {};
}
std::string_view describe(DedupStrategy value) noexcept {
  switch (value) {
    case DedupStrategy::drop: return "The later one is dropped";
    case DedupStrategy::merge: return "The later one's data is merged into the waiting one";
    case DedupStrategy::replace: return "The waiting one is replaced";
  }
  return {};
}
std::optional<DedupStrategy> parseDedupStrategy(std::string_view text) noexcept {
  if (text == "drop") return DedupStrategy::drop;
  if (text == "merge") return DedupStrategy::merge;
  if (text == "replace") return DedupStrategy::replace;
  return std::nullopt;
}
std::string_view allowedDedupStrategy() noexcept { return "drop, merge, replace"; }
std::span<const DedupStrategy> allDedupStrategies() noexcept {
  static constexpr DedupStrategy kAll[] = {DedupStrategy::drop, DedupStrategy::merge, DedupStrategy::replace};
  return kAll;
}

// ---- MisfirePolicy
std::string_view toText(MisfirePolicy value) noexcept {
  switch (value) {
    case MisfirePolicy::send: return "send";
    case MisfirePolicy::skip: return "skip";
    case MisfirePolicy::defer: return "defer";
  }
  return {};
}
std::string_view describe(MisfirePolicy value) noexcept {
  switch (value) {
    case MisfirePolicy::send: return "It leaves at once, late as it is";
    case MisfirePolicy::skip: return "It is not sent any more; its delivery ends as `skipped`";
    case MisfirePolicy::defer: return "It waits for the same time of the next day";
  }
  return {};
}
std::optional<MisfirePolicy> parseMisfirePolicy(std::string_view text) noexcept {
  if (text == "send") return MisfirePolicy::send;
  if (text == "skip") return MisfirePolicy::skip;
  if (text == "defer") return MisfirePolicy::defer;
  return std::nullopt;
}
std::string_view allowedMisfirePolicy() noexcept { return "send, skip, defer"; }
std::span<const MisfirePolicy> allMisfirePolicies() noexcept {
  static constexpr MisfirePolicy kAll[] = {MisfirePolicy::send, MisfirePolicy::skip, MisfirePolicy::defer};
  return kAll;
}

// ---- ScheduleState
std::string_view toText(ScheduleState value) noexcept {
  switch (value) {
    case ScheduleState::active: return "active";
    case ScheduleState::paused: return "paused";
    case ScheduleState::ended: return "ended";
  }
  return {};
}
std::string_view describe(ScheduleState value) noexcept {
  switch (value) {
    case ScheduleState::active: return "Fires at its times";
    case ScheduleState::paused: return "Keeps its rule and fires not, until it is resumed";
    case ScheduleState::ended: return "Fired for the last time, or was called off";
  }
  return {};
}
std::optional<ScheduleState> parseScheduleState(std::string_view text) noexcept {
  if (text == "active") return ScheduleState::active;
  if (text == "paused") return ScheduleState::paused;
  if (text == "ended") return ScheduleState::ended;
  return std::nullopt;
}
std::string_view allowedScheduleState() noexcept { return "active, paused, ended"; }
std::span<const ScheduleState> allScheduleStates() noexcept {
  static constexpr ScheduleState kAll[] = {ScheduleState::active, ScheduleState::paused, ScheduleState::ended};
  return kAll;
}

// ---- QueueAction
std::string_view toText(QueueAction value) noexcept {
  switch (value) {
    case QueueAction::retry_failed: return "retry_failed";
    case QueueAction::delete_waiting: return "delete_waiting";
    case QueueAction::change_priority: return "change_priority";
    case QueueAction::replay_dead_letters: return "replay_dead_letters";
    case QueueAction::purge_dead_letters: return "purge_dead_letters";
  }
  return {};
}
std::string_view describe(QueueAction value) noexcept {
  switch (value) {
    case QueueAction::retry_failed: return "What failed is queued again";
    case QueueAction::delete_waiting: return "What waits is called off, its state is `cancelled`";
    case QueueAction::change_priority: return "What waits gets another priority";
    case QueueAction::replay_dead_letters: return "Dead letters are queued again";
    case QueueAction::purge_dead_letters: return "Dead letters are removed; their deliveries stay `failed`";
  }
  return {};
}
std::optional<QueueAction> parseQueueAction(std::string_view text) noexcept {
  if (text == "retry_failed") return QueueAction::retry_failed;
  if (text == "delete_waiting") return QueueAction::delete_waiting;
  if (text == "change_priority") return QueueAction::change_priority;
  if (text == "replay_dead_letters") return QueueAction::replay_dead_letters;
  if (text == "purge_dead_letters") return QueueAction::purge_dead_letters;
  return std::nullopt;
}
std::string_view allowedQueueAction() noexcept { return "retry_failed, delete_waiting, change_priority, replay_dead_letters, purge_dead_letters"; }
std::span<const QueueAction> allQueueActions() noexcept {
  static constexpr QueueAction kAll[] = {QueueAction::retry_failed, QueueAction::delete_waiting, QueueAction::change_priority, QueueAction::replay_dead_letters, QueueAction::purge_dead_letters};
  return kAll;
}

// ---- DeadLetterState
std::string_view toText(DeadLetterState value) noexcept {
  switch (value) {
    case DeadLetterState::dead: return "dead";
    case DeadLetterState::replayed: return "replayed";
    case DeadLetterState::settled: return "settled";
  }
  return {};
}
std::string_view describe(DeadLetterState value) noexcept {
  switch (value) {
    case DeadLetterState::dead: return "Its delivery is `failed`, and nobody has done anything about it";
    case DeadLetterState::replayed: return "An operator sent it again, as it was or corrected";
    case DeadLetterState::settled: return "A receipt that came late says what became of its delivery";
  }
  return {};
}
std::optional<DeadLetterState> parseDeadLetterState(std::string_view text) noexcept {
  if (text == "dead") return DeadLetterState::dead;
  if (text == "replayed") return DeadLetterState::replayed;
  if (text == "settled") return DeadLetterState::settled;
  return std::nullopt;
}
std::string_view allowedDeadLetterState() noexcept { return "dead, replayed, settled"; }
std::span<const DeadLetterState> allDeadLetterStates() noexcept {
  static constexpr DeadLetterState kAll[] = {DeadLetterState::dead, DeadLetterState::replayed, DeadLetterState::settled};
  return kAll;
}

// ---- QueueOperationState
std::string_view toText(QueueOperationState value) noexcept {
  switch (value) {
    case QueueOperationState::running: return "running";
    case QueueOperationState::done: return "done";
    case QueueOperationState::failed: return "failed";
  }
  return {};
}
std::string_view describe(QueueOperationState value) noexcept {
  switch (value) {
    case QueueOperationState::running: return "Deliveries are being changed";
    case QueueOperationState::done: return "Every delivery that it was for was looked at";
    case QueueOperationState::failed: return "It stopped; what it had done until then stays";
  }
  return {};
}
std::optional<QueueOperationState> parseQueueOperationState(std::string_view text) noexcept {
  if (text == "running") return QueueOperationState::running;
  if (text == "done") return QueueOperationState::done;
  if (text == "failed") return QueueOperationState::failed;
  return std::nullopt;
}
std::string_view allowedQueueOperationState() noexcept { return "running, done, failed"; }
std::span<const QueueOperationState> allQueueOperationStates() noexcept {
  static constexpr QueueOperationState kAll[] = {QueueOperationState::running, QueueOperationState::done, QueueOperationState::failed};
  return kAll;
}

// ---- FeedSink
std::string_view toText(FeedSink value) noexcept {
  switch (value) {
    case FeedSink::statistics: return "statistics";
  }
  return {};
}
std::string_view describe(FeedSink value) noexcept {
  switch (value) {
    case FeedSink::statistics: return "Counts by tenant, channel, provider and hour";
  }
  return {};
}
std::optional<FeedSink> parseFeedSink(std::string_view text) noexcept {
  if (text == "statistics") return FeedSink::statistics;
  return std::nullopt;
}
std::string_view allowedFeedSink() noexcept { return "statistics"; }
std::span<const FeedSink> allFeedSinks() noexcept {
  static constexpr FeedSink kAll[] = {FeedSink::statistics};
  return kAll;
}

// ---- LeasePolicy
std::string_view toText(LeasePolicy value) noexcept {
  switch (value) {
    case LeasePolicy::resend: return "resend";
    case LeasePolicy::hold: return "hold";
  }
  return {};
}
std::string_view describe(LeasePolicy value) noexcept {
  switch (value) {
    case LeasePolicy::resend: return "Send again, with the same message id";
    case LeasePolicy::hold: return "Hold it as `unknown`";
  }
  return {};
}
std::optional<LeasePolicy> parseLeasePolicy(std::string_view text) noexcept {
  if (text == "resend") return LeasePolicy::resend;
  if (text == "hold") return LeasePolicy::hold;
  return std::nullopt;
}
std::string_view allowedLeasePolicy() noexcept { return "resend, hold"; }
std::span<const LeasePolicy> allLeasePolicies() noexcept {
  static constexpr LeasePolicy kAll[] = {LeasePolicy::resend, LeasePolicy::hold};
  return kAll;
}

// ---- ErrorCode
std::string_view toText(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return "malformed_json";
    case ErrorCode::malformed_request: return "malformed_request";
    case ErrorCode::validation_failed: return "validation_failed";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::tenant_suspended: return "tenant_suspended";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::method_not_allowed: return "method_not_allowed";
    case ErrorCode::not_acceptable: return "not_acceptable";
    case ErrorCode::request_timeout: return "request_timeout";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::state_conflict: return "state_conflict";
    case ErrorCode::idempotency_in_progress: return "idempotency_in_progress";
    case ErrorCode::gone: return "gone";
    case ErrorCode::length_required: return "length_required";
    case ErrorCode::precondition_failed: return "precondition_failed";
    case ErrorCode::payload_too_large: return "payload_too_large";
    case ErrorCode::uri_too_long: return "uri_too_long";
    case ErrorCode::unsupported_media_type: return "unsupported_media_type";
    case ErrorCode::expectation_failed: return "expectation_failed";
    case ErrorCode::idempotency_mismatch: return "idempotency_mismatch";
    case ErrorCode::rate_limited: return "rate_limited";
    case ErrorCode::head_too_large: return "head_too_large";
    case ErrorCode::internal: return "internal";
    case ErrorCode::not_implemented: return "not_implemented";
    case ErrorCode::overloaded: return "overloaded";
    case ErrorCode::not_ready: return "not_ready";
    case ErrorCode::http_version_not_supported: return "http_version_not_supported";
  }
  return {};
}
std::string_view describe(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return "The body is not JSON";
    case ErrorCode::malformed_request: return "The request is not valid HTTP";
    case ErrorCode::validation_failed: return "Invalid request";
    case ErrorCode::unauthenticated: return "No valid credential";
    case ErrorCode::forbidden: return "Not allowed";
    case ErrorCode::tenant_suspended: return "The tenant is suspended";
    case ErrorCode::not_found: return "Not found";
    case ErrorCode::method_not_allowed: return "Method not allowed";
    case ErrorCode::not_acceptable: return "No representation that the client accepts";
    case ErrorCode::request_timeout: return "The request was not complete in time";
    case ErrorCode::conflict: return "Conflict with what is there";
    case ErrorCode::state_conflict: return "Not possible in this state";
    case ErrorCode::idempotency_in_progress: return "The same request is still in progress";
    case ErrorCode::gone: return "No longer kept";
    case ErrorCode::length_required: return "Content-Length required";
    case ErrorCode::precondition_failed: return "Changed meanwhile";
    case ErrorCode::payload_too_large: return "The body is too large";
    case ErrorCode::uri_too_long: return "The request target is too long";
    case ErrorCode::unsupported_media_type: return "Unsupported media type";
    case ErrorCode::expectation_failed: return "Unsupported expectation";
    case ErrorCode::idempotency_mismatch: return "The idempotency key was used for another request";
    case ErrorCode::rate_limited: return "Too many requests";
    case ErrorCode::head_too_large: return "The request head is too large";
    case ErrorCode::internal: return "Internal error";
    case ErrorCode::not_implemented: return "Not supported";
    case ErrorCode::overloaded: return "Too busy";
    case ErrorCode::not_ready: return "Not ready";
    case ErrorCode::http_version_not_supported: return "HTTP version not supported";
  }
  return {};
}
std::optional<ErrorCode> parseErrorCode(std::string_view text) noexcept {
  if (text == "malformed_json") return ErrorCode::malformed_json;
  if (text == "malformed_request") return ErrorCode::malformed_request;
  if (text == "validation_failed") return ErrorCode::validation_failed;
  if (text == "unauthenticated") return ErrorCode::unauthenticated;
  if (text == "forbidden") return ErrorCode::forbidden;
  if (text == "tenant_suspended") return ErrorCode::tenant_suspended;
  if (text == "not_found") return ErrorCode::not_found;
  if (text == "method_not_allowed") return ErrorCode::method_not_allowed;
  if (text == "not_acceptable") return ErrorCode::not_acceptable;
  if (text == "request_timeout") return ErrorCode::request_timeout;
  if (text == "conflict") return ErrorCode::conflict;
  if (text == "state_conflict") return ErrorCode::state_conflict;
  if (text == "idempotency_in_progress") return ErrorCode::idempotency_in_progress;
  if (text == "gone") return ErrorCode::gone;
  if (text == "length_required") return ErrorCode::length_required;
  if (text == "precondition_failed") return ErrorCode::precondition_failed;
  if (text == "payload_too_large") return ErrorCode::payload_too_large;
  if (text == "uri_too_long") return ErrorCode::uri_too_long;
  if (text == "unsupported_media_type") return ErrorCode::unsupported_media_type;
  if (text == "expectation_failed") return ErrorCode::expectation_failed;
  if (text == "idempotency_mismatch") return ErrorCode::idempotency_mismatch;
  if (text == "rate_limited") return ErrorCode::rate_limited;
  if (text == "head_too_large") return ErrorCode::head_too_large;
  if (text == "internal") return ErrorCode::internal;
  if (text == "not_implemented") return ErrorCode::not_implemented;
  if (text == "overloaded") return ErrorCode::overloaded;
  if (text == "not_ready") return ErrorCode::not_ready;
  if (text == "http_version_not_supported") return ErrorCode::http_version_not_supported;
  return std::nullopt;
}
std::string_view allowedErrorCode() noexcept { return "malformed_json, malformed_request, validation_failed, unauthenticated, forbidden, tenant_suspended, not_found, method_not_allowed, not_acceptable, request_timeout, conflict, state_conflict, idempotency_in_progress, gone, length_required, precondition_failed, payload_too_large, uri_too_long, unsupported_media_type, expectation_failed, idempotency_mismatch, rate_limited, head_too_large, internal, not_implemented, overloaded, not_ready, http_version_not_supported"; }
std::span<const ErrorCode> allErrorCodes() noexcept {
  static constexpr ErrorCode kAll[] = {ErrorCode::malformed_json, ErrorCode::malformed_request, ErrorCode::validation_failed, ErrorCode::unauthenticated, ErrorCode::forbidden, ErrorCode::tenant_suspended, ErrorCode::not_found, ErrorCode::method_not_allowed, ErrorCode::not_acceptable, ErrorCode::request_timeout, ErrorCode::conflict, ErrorCode::state_conflict, ErrorCode::idempotency_in_progress, ErrorCode::gone, ErrorCode::length_required, ErrorCode::precondition_failed, ErrorCode::payload_too_large, ErrorCode::uri_too_long, ErrorCode::unsupported_media_type, ErrorCode::expectation_failed, ErrorCode::idempotency_mismatch, ErrorCode::rate_limited, ErrorCode::head_too_large, ErrorCode::internal, ErrorCode::not_implemented, ErrorCode::overloaded, ErrorCode::not_ready, ErrorCode::http_version_not_supported};
  return kAll;
}

// ---- FieldErrorCode
std::string_view toText(FieldErrorCode value) noexcept {
  switch (value) {
    case FieldErrorCode::required: return "required";
    case FieldErrorCode::unknown_field: return "unknown_field";
    case FieldErrorCode::wrong_type: return "wrong_type";
    case FieldErrorCode::malformed: return "malformed";
    case FieldErrorCode::not_an_address: return "not_an_address";
    case FieldErrorCode::not_a_number: return "not_a_number";
    case FieldErrorCode::no_device: return "no_device";
    case FieldErrorCode::not_allowed: return "not_allowed";
    case FieldErrorCode::too_long: return "too_long";
    case FieldErrorCode::too_short: return "too_short";
    case FieldErrorCode::too_many: return "too_many";
    case FieldErrorCode::too_few: return "too_few";
    case FieldErrorCode::too_large: return "too_large";
    case FieldErrorCode::too_deep: return "too_deep";
    case FieldErrorCode::out_of_range: return "out_of_range";
    case FieldErrorCode::not_found: return "not_found";
    case FieldErrorCode::missing_variable: return "missing_variable";
    case FieldErrorCode::invalid_utf8: return "invalid_utf8";
    case FieldErrorCode::nul_character: return "nul_character";
    case FieldErrorCode::header_injection: return "header_injection";
    case FieldErrorCode::duplicate: return "duplicate";
    case FieldErrorCode::conflict: return "conflict";
    case FieldErrorCode::in_the_past: return "in_the_past";
    case FieldErrorCode::no_such_time: return "no_such_time";
    case FieldErrorCode::never_fires: return "never_fires";
  }
  return {};
}
std::string_view describe(FieldErrorCode value) noexcept {
  switch (value) {
    case FieldErrorCode::required: return "The field is missing";
    case FieldErrorCode::unknown_field: return "There is no such field";
    case FieldErrorCode::wrong_type: return "Another JSON type is wanted";
    case FieldErrorCode::malformed: return "The right type, but not in the form wanted";
    case FieldErrorCode::not_an_address: return "Not an e-mail address, phone number or token";
    case FieldErrorCode::not_a_number: return "Not a telephone number that can be called";
    case FieldErrorCode::no_device: return "The user has no registered device";
    case FieldErrorCode::not_allowed: return "Not one of the values allowed";
    case FieldErrorCode::too_long: return "Too many characters";
    case FieldErrorCode::too_short: return "Too few characters";
    case FieldErrorCode::too_many: return "Too many items";
    case FieldErrorCode::too_few: return "Too few items";
    case FieldErrorCode::too_large: return "Too many bytes";
    case FieldErrorCode::too_deep: return "Nested too deeply";
    case FieldErrorCode::out_of_range: return "The number or time is out of range";
    case FieldErrorCode::not_found: return "It names something that is not there";
    case FieldErrorCode::missing_variable: return "The template declares this variable required";
    case FieldErrorCode::invalid_utf8: return "Not valid UTF-8";
    case FieldErrorCode::nul_character: return "Contains a NUL";
    case FieldErrorCode::header_injection: return "Contains a line break or another control character where none may be";
    case FieldErrorCode::duplicate: return "The same value twice";
    case FieldErrorCode::conflict: return "Contradicts another field";
    case FieldErrorCode::in_the_past: return "The time has passed";
    case FieldErrorCode::no_such_time: return "The clocks of that zone skip this time";
    case FieldErrorCode::never_fires: return "The rule names no time that ever comes";
  }
  return {};
}
std::optional<FieldErrorCode> parseFieldErrorCode(std::string_view text) noexcept {
  if (text == "required") return FieldErrorCode::required;
  if (text == "unknown_field") return FieldErrorCode::unknown_field;
  if (text == "wrong_type") return FieldErrorCode::wrong_type;
  if (text == "malformed") return FieldErrorCode::malformed;
  if (text == "not_an_address") return FieldErrorCode::not_an_address;
  if (text == "not_a_number") return FieldErrorCode::not_a_number;
  if (text == "no_device") return FieldErrorCode::no_device;
  if (text == "not_allowed") return FieldErrorCode::not_allowed;
  if (text == "too_long") return FieldErrorCode::too_long;
  if (text == "too_short") return FieldErrorCode::too_short;
  if (text == "too_many") return FieldErrorCode::too_many;
  if (text == "too_few") return FieldErrorCode::too_few;
  if (text == "too_large") return FieldErrorCode::too_large;
  if (text == "too_deep") return FieldErrorCode::too_deep;
  if (text == "out_of_range") return FieldErrorCode::out_of_range;
  if (text == "not_found") return FieldErrorCode::not_found;
  if (text == "missing_variable") return FieldErrorCode::missing_variable;
  if (text == "invalid_utf8") return FieldErrorCode::invalid_utf8;
  if (text == "nul_character") return FieldErrorCode::nul_character;
  if (text == "header_injection") return FieldErrorCode::header_injection;
  if (text == "duplicate") return FieldErrorCode::duplicate;
  if (text == "conflict") return FieldErrorCode::conflict;
  if (text == "in_the_past") return FieldErrorCode::in_the_past;
  if (text == "no_such_time") return FieldErrorCode::no_such_time;
  if (text == "never_fires") return FieldErrorCode::never_fires;
  return std::nullopt;
}
std::string_view allowedFieldErrorCode() noexcept { return "required, unknown_field, wrong_type, malformed, not_an_address, not_a_number, no_device, not_allowed, too_long, too_short, too_many, too_few, too_large, too_deep, out_of_range, not_found, missing_variable, invalid_utf8, nul_character, header_injection, duplicate, conflict, in_the_past, no_such_time, never_fires"; }
std::span<const FieldErrorCode> allFieldErrorCodes() noexcept {
  static constexpr FieldErrorCode kAll[] = {FieldErrorCode::required, FieldErrorCode::unknown_field, FieldErrorCode::wrong_type, FieldErrorCode::malformed, FieldErrorCode::not_an_address, FieldErrorCode::not_a_number, FieldErrorCode::no_device, FieldErrorCode::not_allowed, FieldErrorCode::too_long, FieldErrorCode::too_short, FieldErrorCode::too_many, FieldErrorCode::too_few, FieldErrorCode::too_large, FieldErrorCode::too_deep, FieldErrorCode::out_of_range, FieldErrorCode::not_found, FieldErrorCode::missing_variable, FieldErrorCode::invalid_utf8, FieldErrorCode::nul_character, FieldErrorCode::header_injection, FieldErrorCode::duplicate, FieldErrorCode::conflict, FieldErrorCode::in_the_past, FieldErrorCode::no_such_time, FieldErrorCode::never_fires};
  return kAll;
}

// ---- rules

// The bit of a value in a set of up to 64.
template <class E>
constexpr std::uint64_t bit(E value) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(value);
}

bool isLive(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return true;
    case DeliveryState::scheduled: return true;
    case DeliveryState::queued: return true;
    case DeliveryState::sending: return true;
    case DeliveryState::sent: return false;
    case DeliveryState::delivered: return false;
    case DeliveryState::deferred: return true;
    case DeliveryState::failed: return false;
    case DeliveryState::bounced: return false;
    case DeliveryState::suppressed: return false;
    case DeliveryState::skipped: return false;
    case DeliveryState::cancelled: return false;
    case DeliveryState::expired: return false;
    case DeliveryState::deduplicated: return false;
    case DeliveryState::unknown: return false;
  }
  return false;
}
bool isFinal(DeliveryState value) noexcept { return !isLive(value); }
bool isInitial(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return true;
    case DeliveryState::scheduled: return true;
    case DeliveryState::queued: return true;
    case DeliveryState::sending: return false;
    case DeliveryState::sent: return false;
    case DeliveryState::delivered: return false;
    case DeliveryState::deferred: return false;
    case DeliveryState::failed: return true;
    case DeliveryState::bounced: return false;
    case DeliveryState::suppressed: return true;
    case DeliveryState::skipped: return true;
    case DeliveryState::cancelled: return false;
    case DeliveryState::expired: return true;
    case DeliveryState::deduplicated: return true;
    case DeliveryState::unknown: return false;
  }
  return false;
}
int rank(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return 50;
    case DeliveryState::scheduled: return 40;
    case DeliveryState::queued: return 20;
    case DeliveryState::sending: return 10;
    case DeliveryState::sent: return 70;
    case DeliveryState::delivered: return 60;
    case DeliveryState::deferred: return 30;
    case DeliveryState::failed: return 100;
    case DeliveryState::bounced: return 90;
    case DeliveryState::suppressed: return 110;
    case DeliveryState::skipped: return 120;
    case DeliveryState::cancelled: return 140;
    case DeliveryState::expired: return 130;
    case DeliveryState::deduplicated: return 150;
    case DeliveryState::unknown: return 80;
  }
  return 0;
}
static std::uint64_t statesAfter(DeliveryState value) noexcept {
  switch (value) {
    case DeliveryState::pending: return bit(DeliveryState::scheduled) | bit(DeliveryState::queued) | bit(DeliveryState::deferred) | bit(DeliveryState::sending) | bit(DeliveryState::failed) | bit(DeliveryState::suppressed) | bit(DeliveryState::skipped) | bit(DeliveryState::cancelled) | bit(DeliveryState::expired) | bit(DeliveryState::deduplicated);
    case DeliveryState::scheduled: return bit(DeliveryState::queued) | bit(DeliveryState::sending) | bit(DeliveryState::deferred) | bit(DeliveryState::failed) | bit(DeliveryState::suppressed) | bit(DeliveryState::skipped) | bit(DeliveryState::cancelled) | bit(DeliveryState::expired) | bit(DeliveryState::deduplicated);
    case DeliveryState::queued: return bit(DeliveryState::scheduled) | bit(DeliveryState::sending) | bit(DeliveryState::deferred) | bit(DeliveryState::delivered) | bit(DeliveryState::bounced) | bit(DeliveryState::failed) | bit(DeliveryState::suppressed) | bit(DeliveryState::skipped) | bit(DeliveryState::cancelled) | bit(DeliveryState::expired) | bit(DeliveryState::deduplicated);
    case DeliveryState::sending: return bit(DeliveryState::queued) | bit(DeliveryState::sent) | bit(DeliveryState::delivered) | bit(DeliveryState::deferred) | bit(DeliveryState::failed) | bit(DeliveryState::bounced) | bit(DeliveryState::suppressed) | bit(DeliveryState::skipped) | bit(DeliveryState::expired) | bit(DeliveryState::unknown);
    case DeliveryState::sent: return bit(DeliveryState::delivered) | bit(DeliveryState::bounced) | bit(DeliveryState::failed);
    case DeliveryState::delivered: return bit(DeliveryState::bounced);
    case DeliveryState::deferred: return bit(DeliveryState::scheduled) | bit(DeliveryState::queued) | bit(DeliveryState::sending) | bit(DeliveryState::delivered) | bit(DeliveryState::bounced) | bit(DeliveryState::failed) | bit(DeliveryState::suppressed) | bit(DeliveryState::skipped) | bit(DeliveryState::cancelled) | bit(DeliveryState::expired) | bit(DeliveryState::deduplicated);
    case DeliveryState::failed: return bit(DeliveryState::queued) | bit(DeliveryState::delivered) | bit(DeliveryState::bounced);
    case DeliveryState::bounced: return 0;
    case DeliveryState::suppressed: return 0;
    case DeliveryState::skipped: return 0;
    case DeliveryState::cancelled: return 0;
    case DeliveryState::expired: return 0;
    case DeliveryState::deduplicated: return 0;
    case DeliveryState::unknown: return bit(DeliveryState::queued) | bit(DeliveryState::sent) | bit(DeliveryState::delivered) | bit(DeliveryState::bounced) | bit(DeliveryState::failed);
  }
  return 0;
}
bool mayTransition(DeliveryState from, DeliveryState to) noexcept { return (statesAfter(from) & bit(to)) != 0; }
std::optional<DeliveryState> stateAfter(EventType value) noexcept {
  switch (value) {
    case EventType::accepted: return std::nullopt;
    case EventType::scheduled: return DeliveryState::scheduled;
    case EventType::queued: return DeliveryState::queued;
    case EventType::sending: return DeliveryState::sending;
    case EventType::sent: return DeliveryState::sent;
    case EventType::delivered: return DeliveryState::delivered;
    case EventType::deferred: return DeliveryState::deferred;
    case EventType::retry: return DeliveryState::deferred;
    case EventType::lease_expired: return std::nullopt;
    case EventType::failed: return DeliveryState::failed;
    case EventType::bounced: return DeliveryState::bounced;
    case EventType::suppressed: return DeliveryState::suppressed;
    case EventType::skipped: return DeliveryState::skipped;
    case EventType::cancelled: return DeliveryState::cancelled;
    case EventType::expired: return DeliveryState::expired;
    case EventType::deduplicated: return DeliveryState::deduplicated;
    case EventType::unknown: return DeliveryState::unknown;
    case EventType::provider_deferred: return std::nullopt;
    case EventType::merged: return std::nullopt;
    case EventType::replayed: return std::nullopt;
    case EventType::priority_changed: return std::nullopt;
    case EventType::looked_up: return std::nullopt;
    case EventType::receipt_ignored: return std::nullopt;
    case EventType::decision: return std::nullopt;
    case EventType::opened: return std::nullopt;
    case EventType::clicked: return std::nullopt;
    case EventType::read: return std::nullopt;
    case EventType::complained: return std::nullopt;
    case EventType::unsubscribed: return std::nullopt;
    case EventType::suppress: return std::nullopt;
  }
  return std::nullopt;
}

static std::uint64_t scopesOf(Role value) noexcept {
  switch (value) {
    case Role::platform_admin: return bit(Scope::notifications_send) | bit(Scope::notifications_read) | bit(Scope::notifications_manage) | bit(Scope::templates_read) | bit(Scope::templates_write) | bit(Scope::providers_read) | bit(Scope::providers_write) | bit(Scope::plugins_read) | bit(Scope::plugins_write) | bit(Scope::keys_read) | bit(Scope::keys_write) | bit(Scope::tenants_read) | bit(Scope::tenants_write) | bit(Scope::queues_read) | bit(Scope::queues_write) | bit(Scope::feed_read) | bit(Scope::feed_write) | bit(Scope::audit_read) | bit(Scope::callbacks_read) | bit(Scope::callbacks_write) | bit(Scope::inbox_read) | bit(Scope::inbox_write) | bit(Scope::subscribers_token);
    case Role::notification_admin: return bit(Scope::notifications_send) | bit(Scope::notifications_read) | bit(Scope::notifications_manage) | bit(Scope::templates_read) | bit(Scope::templates_write) | bit(Scope::providers_read) | bit(Scope::providers_write) | bit(Scope::plugins_read) | bit(Scope::keys_read) | bit(Scope::keys_write) | bit(Scope::tenants_read) | bit(Scope::queues_read) | bit(Scope::queues_write) | bit(Scope::feed_read) | bit(Scope::audit_read) | bit(Scope::subscribers_token) | bit(Scope::callbacks_read) | bit(Scope::callbacks_write);
    case Role::notification_manager: return bit(Scope::notifications_send) | bit(Scope::notifications_read) | bit(Scope::notifications_manage) | bit(Scope::templates_read) | bit(Scope::templates_write) | bit(Scope::providers_read) | bit(Scope::plugins_read) | bit(Scope::queues_read) | bit(Scope::callbacks_read);
    case Role::notification_service: return bit(Scope::notifications_send) | bit(Scope::notifications_read) | bit(Scope::notifications_manage) | bit(Scope::templates_read) | bit(Scope::subscribers_token);
    case Role::notification_viewer: return bit(Scope::notifications_read) | bit(Scope::templates_read) | bit(Scope::providers_read) | bit(Scope::plugins_read) | bit(Scope::queues_read);
    case Role::notification_user: return bit(Scope::inbox_read) | bit(Scope::inbox_write);
  }
  return 0;
}
bool grants(Role role, Scope scope) noexcept { return (scopesOf(role) & bit(scope)) != 0; }

int httpStatus(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return 400;
    case ErrorCode::malformed_request: return 400;
    case ErrorCode::validation_failed: return 422;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::forbidden: return 403;
    case ErrorCode::tenant_suspended: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::method_not_allowed: return 405;
    case ErrorCode::not_acceptable: return 406;
    case ErrorCode::request_timeout: return 408;
    case ErrorCode::conflict: return 409;
    case ErrorCode::state_conflict: return 409;
    case ErrorCode::idempotency_in_progress: return 409;
    case ErrorCode::gone: return 410;
    case ErrorCode::length_required: return 411;
    case ErrorCode::precondition_failed: return 412;
    case ErrorCode::payload_too_large: return 413;
    case ErrorCode::uri_too_long: return 414;
    case ErrorCode::unsupported_media_type: return 415;
    case ErrorCode::expectation_failed: return 417;
    case ErrorCode::idempotency_mismatch: return 422;
    case ErrorCode::rate_limited: return 429;
    case ErrorCode::head_too_large: return 431;
    case ErrorCode::internal: return 500;
    case ErrorCode::not_implemented: return 501;
    case ErrorCode::overloaded: return 503;
    case ErrorCode::not_ready: return 503;
    case ErrorCode::http_version_not_supported: return 505;
  }
  return 500;
}
std::string_view title(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return "The body is not JSON";
    case ErrorCode::malformed_request: return "The request is not valid HTTP";
    case ErrorCode::validation_failed: return "Invalid request";
    case ErrorCode::unauthenticated: return "No valid credential";
    case ErrorCode::forbidden: return "Not allowed";
    case ErrorCode::tenant_suspended: return "The tenant is suspended";
    case ErrorCode::not_found: return "Not found";
    case ErrorCode::method_not_allowed: return "Method not allowed";
    case ErrorCode::not_acceptable: return "No representation that the client accepts";
    case ErrorCode::request_timeout: return "The request was not complete in time";
    case ErrorCode::conflict: return "Conflict with what is there";
    case ErrorCode::state_conflict: return "Not possible in this state";
    case ErrorCode::idempotency_in_progress: return "The same request is still in progress";
    case ErrorCode::gone: return "No longer kept";
    case ErrorCode::length_required: return "Content-Length required";
    case ErrorCode::precondition_failed: return "Changed meanwhile";
    case ErrorCode::payload_too_large: return "The body is too large";
    case ErrorCode::uri_too_long: return "The request target is too long";
    case ErrorCode::unsupported_media_type: return "Unsupported media type";
    case ErrorCode::expectation_failed: return "Unsupported expectation";
    case ErrorCode::idempotency_mismatch: return "The idempotency key was used for another request";
    case ErrorCode::rate_limited: return "Too many requests";
    case ErrorCode::head_too_large: return "The request head is too large";
    case ErrorCode::internal: return "Internal error";
    case ErrorCode::not_implemented: return "Not supported";
    case ErrorCode::overloaded: return "Too busy";
    case ErrorCode::not_ready: return "Not ready";
    case ErrorCode::http_version_not_supported: return "HTTP version not supported";
  }
  return {};
}
std::string_view typeSlug(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return "malformed-json";
    case ErrorCode::malformed_request: return "malformed-request";
    case ErrorCode::validation_failed: return "validation";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::tenant_suspended: return "tenant-suspended";
    case ErrorCode::not_found: return "not-found";
    case ErrorCode::method_not_allowed: return "method-not-allowed";
    case ErrorCode::not_acceptable: return "not-acceptable";
    case ErrorCode::request_timeout: return "request-timeout";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::state_conflict: return "state-conflict";
    case ErrorCode::idempotency_in_progress: return "idempotency-in-progress";
    case ErrorCode::gone: return "gone";
    case ErrorCode::length_required: return "length-required";
    case ErrorCode::precondition_failed: return "precondition-failed";
    case ErrorCode::payload_too_large: return "payload-too-large";
    case ErrorCode::uri_too_long: return "uri-too-long";
    case ErrorCode::unsupported_media_type: return "unsupported-media-type";
    case ErrorCode::expectation_failed: return "expectation-failed";
    case ErrorCode::idempotency_mismatch: return "idempotency-mismatch";
    case ErrorCode::rate_limited: return "rate-limited";
    case ErrorCode::head_too_large: return "head-too-large";
    case ErrorCode::internal: return "internal";
    case ErrorCode::not_implemented: return "not-implemented";
    case ErrorCode::overloaded: return "overloaded";
    case ErrorCode::not_ready: return "not-ready";
    case ErrorCode::http_version_not_supported: return "http-version-not-supported";
  }
  return {};
}
bool wantsRetryAfter(ErrorCode value) noexcept {
  switch (value) {
    case ErrorCode::malformed_json: return false;
    case ErrorCode::malformed_request: return false;
    case ErrorCode::validation_failed: return false;
    case ErrorCode::unauthenticated: return false;
    case ErrorCode::forbidden: return false;
    case ErrorCode::tenant_suspended: return false;
    case ErrorCode::not_found: return false;
    case ErrorCode::method_not_allowed: return false;
    case ErrorCode::not_acceptable: return false;
    case ErrorCode::request_timeout: return false;
    case ErrorCode::conflict: return false;
    case ErrorCode::state_conflict: return false;
    case ErrorCode::idempotency_in_progress: return true;
    case ErrorCode::gone: return false;
    case ErrorCode::length_required: return false;
    case ErrorCode::precondition_failed: return false;
    case ErrorCode::payload_too_large: return false;
    case ErrorCode::uri_too_long: return false;
    case ErrorCode::unsupported_media_type: return false;
    case ErrorCode::expectation_failed: return false;
    case ErrorCode::idempotency_mismatch: return false;
    case ErrorCode::rate_limited: return true;
    case ErrorCode::head_too_large: return false;
    case ErrorCode::internal: return false;
    case ErrorCode::not_implemented: return false;
    case ErrorCode::overloaded: return true;
    case ErrorCode::not_ready: return true;
    case ErrorCode::http_version_not_supported: return false;
  }
  return false;
}

}  // namespace belfry
