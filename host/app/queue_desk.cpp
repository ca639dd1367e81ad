#include "app/queue_desk.h"

namespace belfry {
namespace {

constexpr auto kActPause = std::chrono::seconds(2);
constexpr auto kCountPause = std::chrono::seconds(15);

}  // namespace

QueueDesk::QueueDesk(const Settings& settings, const QueueControlParts& parts, Metrics& metrics, const Log& log)
    : settings_(settings),
      parts_(parts),
      log_(log),
      keeper_(parts.queues, parts.gate),
      control_(
          parts, settings.worker.slots, [this] { pausesChanged(); }, [this] { act_.wake(); }),
      keep_(
          "queue-pauses", PauseKeeper::kTurn, [this] { return keeper_.turn(); }, log),
      act_(
          "queue-actions", kActPause, [this] { return actOnce(); }, log),
      count_(
          "queue-depths", kCountPause, [this] { return countOnce(); }, log) {
  if (!settings.roles.contains(ProcessRole::scheduler)) return;
  for (auto channel : allChannels())
    for (auto priority : allPriorities()) addGauges({channel, priority}, metrics);
}

void QueueDesk::addGauges(QueueName queue, Metrics& metrics) {
  const Metrics::Labels labels = {{"channel", std::string(toText(queue.channel))},
                                  {"priority", std::string(toText(queue.priority))}};
  metrics.gauge(
      "belfry_queue_waiting", "Deliveries that are due and wait, over all tenants; paused ones are not among them",
      [this, queue] { return seen(queue).waiting; }, labels);
  metrics.gauge(
      "belfry_queue_oldest_seconds", "For how long the oldest delivery that waits has been due",
      [this, queue] {
        const auto due = seen(queue).oldest_due;
        return due ? std::chrono::duration<double>(parts_.clock.now() - *due).count() : 0.0;
      },
      labels);
}

void QueueDesk::start() {
  if (!settings_.roles.contains(ProcessRole::scheduler)) return;
  keep_.start();
  act_.start();
  count_.start();
}

void QueueDesk::stop() {
  count_.stop();
  act_.stop();
  keep_.stop();
}

void QueueDesk::pausesChanged() {
  keeper_.changed();
  keep_.wake();
}

bool QueueDesk::actOnce() {
  const auto step = parts_.operations.step();
  if (step && step->finished)
    log_.info("queue operation done", {{"tenant_id", step->tenant.value}, {"operation_id", step->operation.value}});
  // What was parked may now wait in a queue that is open.
  if (step && step->changed > 0) pausesChanged();
  return step.has_value();
}

bool QueueDesk::countOnce() {
  std::map<QueueName, Seen> fresh;
  for (const auto& total : parts_.queues.totals())
    fresh[total.queue] = {static_cast<double>(total.waiting), total.oldest_due};
  std::lock_guard lock(mutex_);
  totals_ = std::move(fresh);
  return false;
}

QueueDesk::Seen QueueDesk::seen(QueueName queue) {
  std::lock_guard lock(mutex_);
  return totals_[queue];
}

}  // namespace belfry
