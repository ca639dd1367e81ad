// Generated from schemas/vocabulary.yaml by schemas/generate_vocabulary.py. Do not edit.
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace belfry {

// For every type X below:
//   toText(X)     the word that is written everywhere
//   parseX(text)  the value of a word or of one of its aliases; nullopt for anything else (case matters)
//   allowedX()    "a, b, c": the words, for error messages
//   all…()        every value in the order of the vocabulary
// Plain functions of static tables: thread-safe, no allocation, views that live for ever.

/// A way to reach somebody. A channel plugin serves exactly one.
enum class Channel : std::uint8_t {
  email,  ///< E-mail
  sms,  ///< Text message
  push,  ///< Push notification to a device or a browser
  whatsapp,  ///< WhatsApp message
  inapp,  ///< The inbox inside the product, with live update
  slack,  ///< Slack message
  webhook,  ///< An HTTP request to an address of the recipient
};
std::string_view toText(Channel value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Channel value) noexcept;
std::optional<Channel> parseChannel(std::string_view text) noexcept;
std::string_view allowedChannel() noexcept;
std::span<const Channel> allChannels() noexcept;

/// How urgent a notification is. The number is stored and sorted; the word is spoken.
enum class Priority : std::uint8_t {
  critical = 0,  ///< Somebody waits for it now, such as a sign-in code
  high = 1,  ///< Wanted within seconds
  medium = 2,  ///< The default
  low = 3,  ///< May wait behind everything else
};
std::string_view toText(Priority value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Priority value) noexcept;
std::optional<Priority> parsePriority(std::string_view text) noexcept;
std::string_view allowedPriority() noexcept;
std::span<const Priority> allPriorities() noexcept;
constexpr int toNumber(Priority value) noexcept { return static_cast<int>(value); }
std::optional<Priority> priorityFromNumber(std::int64_t number) noexcept;

/// Where one delivery stands. A notification's status is the state with the lowest rank among its deliveries. Live
/// states have a row in `work`; final ones have none, and only a provider's receipt or an operator moves a delivery
/// on from them.
enum class DeliveryState : std::uint8_t {
  pending,  ///< Accepted, not yet placed in a queue
  scheduled,  ///< Waits for its time
  queued,  ///< Due and waiting for a worker
  sending,  ///< Claimed by a worker under a lease
  sent,  ///< The provider accepted it
  delivered,  ///< The provider says that it arrived
  deferred,  ///< Put off, by a retry or by a rule, until its next attempt
  failed,  ///< Given up
  bounced,  ///< The recipient's address refused it
  suppressed,  ///< Not sent because the address is on the suppression list
  skipped,  ///< Not sent because a preference, a consent or a condition said so
  cancelled,  ///< Called off before it was sent
  expired,  ///< Its time to live ran out before it was sent
  deduplicated,  ///< A double of another notification
  unknown,  ///< It may have been sent, nobody can tell; held, never repeated blindly
};
std::string_view toText(DeliveryState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(DeliveryState value) noexcept;
std::optional<DeliveryState> parseDeliveryState(std::string_view text) noexcept;
std::string_view allowedDeliveryState() noexcept;
std::span<const DeliveryState> allDeliveryStates() noexcept;

/// What the recipient did. A time stamp beside the state, never a state.
enum class Engagement : std::uint8_t {
  opened,  ///< Opened it
  clicked,  ///< Followed a link
  read,  ///< Read it (inbox or a read receipt)
  complained,  ///< Marked it as spam
};
std::string_view toText(Engagement value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Engagement value) noexcept;
std::optional<Engagement> parseEngagement(std::string_view text) noexcept;
std::string_view allowedEngagement() noexcept;
std::span<const Engagement> allEngagements() noexcept;

/// What a channel plugin reports for one recipient. The numbers are those of the plugin ABI; 0 is never a valid
/// outcome.
enum class Outcome : std::uint8_t {
  accepted = 1,  ///< The provider took it
  delivered = 2,  ///< The provider says that it arrived
  rejected_recipient = 3,  ///< This address is bad. Suppress it, never fail over
  rejected_request = 4,  ///< This message is bad. Fail it, suppress nobody
  credential = 5,  ///< The provider refuses our credentials. Stop this provider for this tenant
  throttled = 6,  ///< Too fast. Retry after the time given, or by the back-off
  retry = 7,  ///< It was certainly not sent, and may be tried again
  unknown = 8,  ///< It may have been sent. Never repeated blindly
};
std::string_view toText(Outcome value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Outcome value) noexcept;
std::optional<Outcome> parseOutcome(std::string_view text) noexcept;
std::string_view allowedOutcome() noexcept;
std::span<const Outcome> allOutcomes() noexcept;
constexpr int toNumber(Outcome value) noexcept { return static_cast<int>(value); }
std::optional<Outcome> outcomeFromNumber(std::int64_t number) noexcept;

/// What a plugin is for.
enum class PluginKind : std::uint8_t {
  channel,  ///< Sends through a provider
  template_,  ///< Renders templates
  auth,  ///< Turns credentials into a caller
};
std::string_view toText(PluginKind value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(PluginKind value) noexcept;
std::optional<PluginKind> parsePluginKind(std::string_view text) noexcept;
std::string_view allowedPluginKind() noexcept;
std::span<const PluginKind> allPluginKinds() noexcept;

/// One line of a delivery's timeline. `state` is what the delivery becomes by it; without one the state stays.
enum class EventType : std::uint8_t {
  accepted,  ///< Taken in durably
  scheduled,  ///< Given a time
  queued,  ///< Put in the queue
  sending,  ///< An attempt began
  sent,  ///< The provider accepted it
  delivered,  ///< The provider reports that it arrived
  deferred,  ///< Put off by a rule until a later time
  retry,  ///< The attempt failed and another one follows
  lease_expired,  ///< The worker that held the claim vanished
  failed,  ///< Given up
  bounced,  ///< The recipient's address refused it
  suppressed,  ///< Stopped by the suppression list
  skipped,  ///< Stopped by a rule
  cancelled,  ///< Called off
  expired,  ///< Its time to live ran out
  deduplicated,  ///< Found to be a double
  unknown,  ///< It may have been sent
  provider_deferred,  ///< The provider reports a delay and goes on trying
  merged,  ///< The data of a double was merged into it
  replayed,  ///< An operator corrected it and sent it anew, as another notification
  priority_changed,  ///< An operator gave it another priority
  looked_up,  ///< The provider was asked what became of it
  receipt_ignored,  ///< A receipt that the state machine does not allow any more; kept for the record
  decision,  ///< A rule was consulted: rule, level and value are kept
  opened,  ///< Opened
  clicked,  ///< A link was followed
  read,  ///< Read
  complained,  ///< Marked as spam
  unsubscribed,  ///< Wants no more of this kind
  suppress,  ///< The address goes on the suppression list: dead, or its owner complained
};
std::string_view toText(EventType value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(EventType value) noexcept;
std::optional<EventType> parseEventType(std::string_view text) noexcept;
std::string_view allowedEventType() noexcept;
std::span<const EventType> allEventTypes() noexcept;

/// What a provider reports of a message after it took it. The numbers are those of the plugin ABI.
enum class ReceiptType : std::uint8_t {
  queued = 1,  ///< The provider has it and will send it
  sent = 2,  ///< The provider handed it on
  delivered = 3,  ///< It arrived
  delayed = 4,  ///< The provider meets a delay and goes on trying
  bounced = 5,  ///< The address refused it for good
  soft_bounced = 6,  ///< It was refused for now; the provider has given up, the address may be good
  failed = 7,  ///< The provider gave up, and the address is not to blame
  opened = 8,  ///< Opened
  clicked = 9,  ///< A link was followed
  read = 10,  ///< Read
  complained = 11,  ///< Marked as spam
  unsubscribed = 12,  ///< Wants no more of this kind
};
std::string_view toText(ReceiptType value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(ReceiptType value) noexcept;
std::optional<ReceiptType> parseReceiptType(std::string_view text) noexcept;
std::string_view allowedReceiptType() noexcept;
std::span<const ReceiptType> allReceiptTypes() noexcept;
constexpr int toNumber(ReceiptType value) noexcept { return static_cast<int>(value); }
std::optional<ReceiptType> receiptTypeFromNumber(std::int64_t number) noexcept;

/// What became of one receipt.
enum class ReceiptResult : std::uint8_t {
  applied,  ///< The delivery moved on or its timeline grew
  noted,  ///< Nothing new for the delivery, and nothing wrong
  ignored,  ///< The state machine does not allow it any more; kept in the timeline
  duplicate,  ///< This event was applied before
  parked,  ///< It came before its attempt was settled, or its message is not known yet; it waits
  refused,  ///< It belongs to no delivery that this provider instance sent
};
std::string_view toText(ReceiptResult value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(ReceiptResult value) noexcept;
std::optional<ReceiptResult> parseReceiptResult(std::string_view text) noexcept;
std::string_view allowedReceiptResult() noexcept;
std::span<const ReceiptResult> allReceiptResults() noexcept;

/// Where a provider's callback stands.
enum class CallbackState : std::uint8_t {
  received,  ///< Stored as it came, not yet processed
  processed,  ///< Verified; its receipts are applied
  refused,  ///< Not accepted: forged, stale, malformed, or none of its receipts belongs here
  parked,  ///< Verified; every receipt of it waits for its delivery
  failed,  ///< The plugin could not say anything of it, or it could not be applied
};
std::string_view toText(CallbackState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(CallbackState value) noexcept;
std::optional<CallbackState> parseCallbackState(std::string_view text) noexcept;
std::string_view allowedCallbackState() noexcept;
std::span<const CallbackState> allCallbackStates() noexcept;

/// What a caller is. Each role grants the scopes listed; see `scopes`.
enum class Role : std::uint8_t {
  platform_admin,  ///< Runs the host; the only one that acts on every tenant
  notification_admin,  ///< Runs one tenant
  notification_manager,  ///< Edits templates and looks after deliveries
  notification_service,  ///< A program that sends
  notification_viewer,  ///< Looks, changes nothing
  notification_user,  ///< An end user, with access to what is their own
};
std::string_view toText(Role value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Role value) noexcept;
std::optional<Role> parseRole(std::string_view text) noexcept;
std::string_view allowedRole() noexcept;
std::span<const Role> allRoles() noexcept;

/// What a credential may do. A caller's scopes are those of its roles, narrowed by those of its credential if that
/// names any.
enum class Scope : std::uint8_t {
  notifications_send,  ///< Send notifications
  notifications_read,  ///< Read notifications and their timelines
  notifications_manage,  ///< Cancel, reschedule and replay
  templates_read,  ///< Read templates
  templates_write,  ///< Create and publish templates
  providers_read,  ///< See provider instances (never their secrets)
  providers_write,  ///< Create and change provider instances
  plugins_read,  ///< See the loaded plugins
  plugins_write,  ///< Install and roll out plugins
  keys_read,  ///< See API keys (never the key itself)
  keys_write,  ///< Create and revoke API keys
  tenants_read,  ///< See the tenant
  tenants_write,  ///< Create and change tenants
  queues_read,  ///< Watch queues
  queues_write,  ///< Pause, resume and drain queues, and change what waits in them
  feed_read,  ///< Follow what happens to deliveries, in order
  feed_write,  ///< Set a sink of the feed back to an earlier position
  audit_read,  ///< See who changed what
  callbacks_read,  ///< See what providers called back, with secrets masked
  callbacks_write,  ///< Replay provider callbacks and ask providers about deliveries
  inbox_read,  ///< Read one's own inbox, devices and preferences
  inbox_write,  ///< Change one's own inbox, devices and preferences
  subscribers_token,  ///< Issue tokens for the tenant's users
};
std::string_view toText(Scope value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Scope value) noexcept;
std::optional<Scope> parseScope(std::string_view text) noexcept;
std::string_view allowedScope() noexcept;
std::span<const Scope> allScopes() noexcept;

/// Whether an inbox item was read.
enum class InboxState : std::uint8_t {
  unread,  ///< Not read yet, or marked as unread again
  read,  ///< Read
};
std::string_view toText(InboxState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(InboxState value) noexcept;
std::optional<InboxState> parseInboxState(std::string_view text) noexcept;
std::string_view allowedInboxState() noexcept;
std::span<const InboxState> allInboxStates() noexcept;

/// What kind of device a push token belongs to.
enum class Platform : std::uint8_t {
  ios,  ///< iOS, iPadOS and the like
  android,  ///< Android
  web,  ///< A browser
};
std::string_view toText(Platform value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Platform value) noexcept;
std::optional<Platform> parsePlatform(std::string_view text) noexcept;
std::string_view allowedPlatform() noexcept;
std::span<const Platform> allPlatforms() noexcept;

/// Who the recipient is to the tenant.
enum class UserType : std::uint8_t {
  customer,  ///< Buys or uses the service
  merchant,  ///< Sells through the service
  driver,  ///< Carries it out
  employee,  ///< Works for the tenant
  agent,  ///< Answers customers for the tenant
  admin,  ///< Runs the tenant
  service,  ///< A program
  user,  ///< Anybody else
};
std::string_view toText(UserType value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(UserType value) noexcept;
std::optional<UserType> parseUserType(std::string_view text) noexcept;
std::string_view allowedUserType() noexcept;
std::span<const UserType> allUserTypes() noexcept;

/// Why a template is sent. Decides whether consent is needed.
enum class TemplateType : std::uint8_t {
  transactional,  ///< The recipient caused it and expects it
  security,  ///< Codes, sign-ins, warnings; cannot be switched off
  system,  ///< Notices about the service
  marketing,  ///< Needs consent
  digest,  ///< Gathers several notifications
};
std::string_view toText(TemplateType value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(TemplateType value) noexcept;
std::optional<TemplateType> parseTemplateType(std::string_view text) noexcept;
std::string_view allowedTemplateType() noexcept;
std::span<const TemplateType> allTemplateTypes() noexcept;

/// A draft may be edited; a published version never changes.
enum class TemplateVersionState : std::uint8_t {
  draft,  ///< Being edited, used only when named
  published,  ///< In use and immutable
};
std::string_view toText(TemplateVersionState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(TemplateVersionState value) noexcept;
std::optional<TemplateVersionState> parseTemplateVersionState(std::string_view text) noexcept;
std::string_view allowedTemplateVersionState() noexcept;
std::span<const TemplateVersionState> allTemplateVersionStates() noexcept;

/// Where a batch stands.
enum class BatchState : std::uint8_t {
  open,  ///< Takes more chunks
  closed,  ///< Complete, still being sent
  completed,  ///< Every delivery is final
  cancelled,  ///< Called off
};
std::string_view toText(BatchState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(BatchState value) noexcept;
std::optional<BatchState> parseBatchState(std::string_view text) noexcept;
std::string_view allowedBatchState() noexcept;
std::span<const BatchState> allBatchStates() noexcept;

/// Whether a tenant may send.
enum class TenantState : std::uint8_t {
  active,  ///< Sends
  suspended,  ///< Keeps its data and sends nothing
};
std::string_view toText(TenantState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(TenantState value) noexcept;
std::optional<TenantState> parseTenantState(std::string_view text) noexcept;
std::string_view allowedTenantState() noexcept;
std::span<const TenantState> allTenantStates() noexcept;

/// How several channels are used.
enum class Strategy : std::uint8_t {
  all,  ///< Every channel, side by side
  fallback,  ///< The next channel only when the one before failed
  best,  ///< The one channel that is most likely to be seen
};
std::string_view toText(Strategy value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(Strategy value) noexcept;
std::optional<Strategy> parseStrategy(std::string_view text) noexcept;
std::string_view allowedStrategy() noexcept;
std::span<const Strategy> allStrategies() noexcept;

/// What happens to a double.
enum class DedupStrategy : std::uint8_t {
  drop,  ///< The later one is dropped
  merge,  ///< The later one's data is merged into the waiting one
  replace,  ///< The waiting one is replaced
};
std::string_view toText(DedupStrategy value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(DedupStrategy value) noexcept;
std::optional<DedupStrategy> parseDedupStrategy(std::string_view text) noexcept;
std::string_view allowedDedupStrategy() noexcept;
std::span<const DedupStrategy> allDedupStrategies() noexcept;

/// What happens to what could not leave at its time because no host was there to send it.
enum class MisfirePolicy : std::uint8_t {
  send,  ///< It leaves at once, late as it is
  skip,  ///< It is not sent any more; its delivery ends as `skipped`
  defer,  ///< It waits for the same time of the next day
};
std::string_view toText(MisfirePolicy value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(MisfirePolicy value) noexcept;
std::optional<MisfirePolicy> parseMisfirePolicy(std::string_view text) noexcept;
std::string_view allowedMisfirePolicy() noexcept;
std::span<const MisfirePolicy> allMisfirePolicies() noexcept;

/// Where a recurring schedule stands.
enum class ScheduleState : std::uint8_t {
  active,  ///< Fires at its times
  paused,  ///< Keeps its rule and fires not, until it is resumed
  ended,  ///< Fired for the last time, or was called off
};
std::string_view toText(ScheduleState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(ScheduleState value) noexcept;
std::optional<ScheduleState> parseScheduleState(std::string_view text) noexcept;
std::string_view allowedScheduleState() noexcept;
std::span<const ScheduleState> allScheduleStates() noexcept;

/// What an operator does to many deliveries at once.
enum class QueueAction : std::uint8_t {
  retry_failed,  ///< What failed is queued again
  delete_waiting,  ///< What waits is called off, its state is `cancelled`
  change_priority,  ///< What waits gets another priority
  replay_dead_letters,  ///< Dead letters are queued again
  purge_dead_letters,  ///< Dead letters are removed; their deliveries stay `failed`
};
std::string_view toText(QueueAction value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(QueueAction value) noexcept;
std::optional<QueueAction> parseQueueAction(std::string_view text) noexcept;
std::string_view allowedQueueAction() noexcept;
std::span<const QueueAction> allQueueActions() noexcept;

/// Where a dead letter stands. A delivery that is replayed and fails once more leaves another dead letter.
enum class DeadLetterState : std::uint8_t {
  dead,  ///< Its delivery is `failed`, and nobody has done anything about it
  replayed,  ///< An operator sent it again, as it was or corrected
  settled,  ///< A receipt that came late says what became of its delivery
};
std::string_view toText(DeadLetterState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(DeadLetterState value) noexcept;
std::optional<DeadLetterState> parseDeadLetterState(std::string_view text) noexcept;
std::string_view allowedDeadLetterState() noexcept;
std::span<const DeadLetterState> allDeadLetterStates() noexcept;

/// Where a queue action stands.
enum class QueueOperationState : std::uint8_t {
  running,  ///< Deliveries are being changed
  done,  ///< Every delivery that it was for was looked at
  failed,  ///< It stopped; what it had done until then stays
};
std::string_view toText(QueueOperationState value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(QueueOperationState value) noexcept;
std::optional<QueueOperationState> parseQueueOperationState(std::string_view text) noexcept;
std::string_view allowedQueueOperationState() noexcept;
std::span<const QueueOperationState> allQueueOperationStates() noexcept;

/// Who follows the feed with a position of its own.
enum class FeedSink : std::uint8_t {
  statistics,  ///< Counts by tenant, channel, provider and hour
};
std::string_view toText(FeedSink value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(FeedSink value) noexcept;
std::optional<FeedSink> parseFeedSink(std::string_view text) noexcept;
std::string_view allowedFeedSink() noexcept;
std::span<const FeedSink> allFeedSinks() noexcept;

/// What to do with an attempt whose worker vanished, when the provider can neither be asked nor repeats
/// idempotently.
enum class LeasePolicy : std::uint8_t {
  resend,  ///< Send again, with the same message id
  hold,  ///< Hold it as `unknown`
};
std::string_view toText(LeasePolicy value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(LeasePolicy value) noexcept;
std::optional<LeasePolicy> parseLeasePolicy(std::string_view text) noexcept;
std::string_view allowedLeasePolicy() noexcept;
std::span<const LeasePolicy> allLeasePolicies() noexcept;

/// The `code` of a problem document.
enum class ErrorCode : std::uint8_t {
  malformed_json,  ///< The body is not JSON
  malformed_request,  ///< The request is not valid HTTP
  validation_failed,  ///< Invalid request
  unauthenticated,  ///< No valid credential
  forbidden,  ///< Not allowed
  tenant_suspended,  ///< The tenant is suspended
  not_found,  ///< Not found
  method_not_allowed,  ///< Method not allowed
  not_acceptable,  ///< No representation that the client accepts
  request_timeout,  ///< The request was not complete in time
  conflict,  ///< Conflict with what is there
  state_conflict,  ///< Not possible in this state
  idempotency_in_progress,  ///< The same request is still in progress
  gone,  ///< No longer kept
  length_required,  ///< Content-Length required
  precondition_failed,  ///< Changed meanwhile
  payload_too_large,  ///< The body is too large
  uri_too_long,  ///< The request target is too long
  unsupported_media_type,  ///< Unsupported media type
  expectation_failed,  ///< Unsupported expectation
  idempotency_mismatch,  ///< The idempotency key was used for another request
  rate_limited,  ///< Too many requests
  head_too_large,  ///< The request head is too large
  internal,  ///< Internal error
  not_implemented,  ///< Not supported
  overloaded,  ///< Too busy
  not_ready,  ///< Not ready
  http_version_not_supported,  ///< HTTP version not supported
};
std::string_view toText(ErrorCode value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(ErrorCode value) noexcept;
std::optional<ErrorCode> parseErrorCode(std::string_view text) noexcept;
std::string_view allowedErrorCode() noexcept;
std::span<const ErrorCode> allErrorCodes() noexcept;

/// The `code` of one entry of a problem's `errors`.
enum class FieldErrorCode : std::uint8_t {
  required,  ///< The field is missing
  unknown_field,  ///< There is no such field
  wrong_type,  ///< Another JSON type is wanted
  malformed,  ///< The right type, but not in the form wanted
  not_an_address,  ///< Not an e-mail address, phone number or token
  not_a_number,  ///< Not a telephone number that can be called
  no_device,  ///< The user has no registered device
  not_allowed,  ///< Not one of the values allowed
  too_long,  ///< Too many characters
  too_short,  ///< Too few characters
  too_many,  ///< Too many items
  too_few,  ///< Too few items
  too_large,  ///< Too many bytes
  too_deep,  ///< Nested too deeply
  out_of_range,  ///< The number or time is out of range
  not_found,  ///< It names something that is not there
  missing_variable,  ///< The template declares this variable required
  invalid_utf8,  ///< Not valid UTF-8
  nul_character,  ///< Contains a NUL
  header_injection,  ///< Contains a line break or another control character where none may be
  duplicate,  ///< The same value twice
  conflict,  ///< Contradicts another field
  in_the_past,  ///< The time has passed
  no_such_time,  ///< The clocks of that zone skip this time
  never_fires,  ///< The rule names no time that ever comes
};
std::string_view toText(FieldErrorCode value) noexcept;
/// A sentence about the value, for people.
std::string_view describe(FieldErrorCode value) noexcept;
std::optional<FieldErrorCode> parseFieldErrorCode(std::string_view text) noexcept;
std::string_view allowedFieldErrorCode() noexcept;
std::span<const FieldErrorCode> allFieldErrorCodes() noexcept;

// ---- rules ----------------------------------------------------------------------------------------------------------

/// The delivery has a row in `work`: the engine will still act on it.
bool isLive(DeliveryState state) noexcept;
/// Not live: only a receipt or an operator moves a delivery on from here.
bool isFinal(DeliveryState state) noexcept;
/// Intake may create a delivery in this state.
bool isInitial(DeliveryState state) noexcept;
/// A notification's status is the state of its deliveries with the lowest rank. Same numbers as belfry.state_rank() in SQL.
int rank(DeliveryState state) noexcept;
/// The one state machine; no state may follow itself. Same table as belfry.may_transition() in SQL.
bool mayTransition(DeliveryState from, DeliveryState to) noexcept;
/// What a delivery becomes by this event; nullopt when its state stays.
std::optional<DeliveryState> stateAfter(EventType event) noexcept;

/// Whether the role includes the scope.
bool grants(Role role, Scope scope) noexcept;

int httpStatus(ErrorCode code) noexcept;
/// The problem's `title`.
std::string_view title(ErrorCode code) noexcept;
/// The last part of the problem's `type` URI.
std::string_view typeSlug(ErrorCode code) noexcept;
/// The answer carries Retry-After.
bool wantsRetryAfter(ErrorCode code) noexcept;

}  // namespace belfry
