#include "app/callback_desk.h"

namespace belfry {
namespace {

constexpr int kGroup = 1000;
constexpr auto kOverduePause = std::chrono::milliseconds(200);
constexpr auto kRecoverPause = std::chrono::seconds(5);
constexpr auto kReleasePause = std::chrono::seconds(2);
constexpr auto kPrunePause = std::chrono::minutes(5);
constexpr auto kAskPause = std::chrono::seconds(1);
constexpr auto kApplyLimit = std::chrono::seconds(60);

CallbackSettings callbackSettings(const CallbackOptions& options) { return {options.timeout, options.max_in_flight}; }

ReceiptSettings receiptSettings(const CallbackOptions& options) { return {options.parked_for, options.keep}; }

}  // namespace

CallbackDesk::CallbackDesk(const Settings& settings, CallbackStore& store, ReceiptStore& receipt_store,
                           LookUpStore& look_up_store, const Directory& directory, const Clock& clock, Metrics& metrics,
                           const Log& log)
    : settings_(settings),
      store_(store),
      receipt_store_(receipt_store),
      receipts_(
          receipt_store, directory, log,
          [&metrics](const ReceiptObservation& seen) { metrics.receipt(seen.plugin, seen.type, seen.result); },
          receiptSettings(settings.callbacks)),
      callbacks_(
          store, receipts_, directory, log,
          [&metrics](const std::string& plugin, std::string_view result) { metrics.callback(plugin, result); },
          callbackSettings(settings.callbacks)),
      questions_(directory, receipt_store, receipts_, callbacks_, clock, settings.exchange.timeout),
      look_ups_(look_up_store, receipt_store, questions_, directory, log, settings.exchange.timeout + kApplyLimit),
      overdue_(
          "cb-overdue", kOverduePause,
          [this] {
            callbacks_.answerOverdue();
            return false;
          },
          log),
      recover_(
          "cb-recover", kRecoverPause, [this] { return callbacks_.recoverLeft(); }, log),
      release_(
          "cb-release", kReleasePause, [this] { return receipts_.releaseParked(); }, log),
      prune_(
          "cb-prune", kPrunePause, [this] { return pruneOnce(); }, log),
      ask_(
          "look-ups", kAskPause, [this] { return look_ups_.askDue(); }, log) {}

void CallbackDesk::start() {
  const bool scheduler = settings_.roles.contains(ProcessRole::scheduler);
  callbacks_.start();
  overdue_.start();
  if (scheduler || settings_.roles.contains(ProcessRole::worker)) release_.start();
  if (!scheduler) return;
  recover_.start();
  prune_.start();
  ask_.start();
}

void CallbackDesk::stop() {
  ask_.stop();
  prune_.stop();
  release_.stop();
  recover_.stop();
  overdue_.stop();
  callbacks_.stop();
}

bool CallbackDesk::pruneOnce() {
  bool more = receipt_store_.expireParked(kGroup) == kGroup;
  more = receipt_store_.pruneKeys(kGroup) == kGroup || more;
  more = receipt_store_.pruneMessageIds(kGroup) == kGroup || more;
  return store_.prune(settings_.callbacks.keep, kGroup) == kGroup || more;
}

}  // namespace belfry
