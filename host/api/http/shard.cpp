#include "api/http/shard.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>

#include "api/http/response_head.h"

namespace belfry::edge {
namespace {

/// Deadlines are looked at this often: a sixteenth of the shortest one, so that 15 s means 15 to 16.
std::chrono::milliseconds sweepInterval(const HttpServerSettings& settings) {
  const auto shortest = std::min({settings.head_timeout, settings.body_idle_timeout, settings.write_timeout,
                                  settings.idle_timeout, settings.linger_timeout});
  return std::clamp(shortest / 16, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

}  // namespace

Shard::Shard(EdgeContext& context)
    : context_(context),
      sweep_interval_(sweepInterval(context.settings)),
      mailbox_(std::make_shared<Mailbox>([this] { boost::asio::post(io_, [this] { mailbox_->deliver(); }); })) {}

Shard::~Shard() { mailbox_->close(); }

void Shard::run() {
  mailbox_->enterLoop();
  armSweep();
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      // Handlers are guarded on their own, so this is the edge's own fault; the loop serves others and must go on.
      context_.log.error("http event loop error", {{"error", error.what()}});
    }
  }
}

const std::string& Shard::date() {
  const TimePoint now = context_.clock.now();
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (second != date_second_) {
    date_second_ = second;
    date_ = httpDate(now);
  }
  return date_;
}

void Shard::adopt(Socket socket) {
  if (context_.draining) return;
  auto connection = std::make_shared<Connection>(*this, std::move(socket));
  connection->slot = connections_.size();
  connections_.push_back(connection);
  ++context_.counters.open;
  connection->start();
}

void Shard::forget(Connection& connection) {
  const std::size_t slot = connection.slot;
  std::swap(connections_[slot], connections_.back());
  connections_[slot]->slot = slot;
  connections_.pop_back();
  --context_.counters.open;
  if (!context_.draining) return;
  const std::lock_guard lock(context_.drain_mutex);
  context_.drained.notify_all();
}

void Shard::beginDrain() {
  for (const auto& connection : snapshot()) connection->beginDrain();
}

void Shard::closeAll() {
  for (const auto& connection : snapshot()) connection->close();
}

void Shard::armSweep() {
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

void Shard::sweep() {
  armSweep();
  const auto now = Steady::now();
  std::vector<std::shared_ptr<Connection>> due;  // acting on one may change the list
  for (const auto& connection : connections_) {
    if (connection->isDue(now)) due.push_back(connection);
  }
  for (const auto& connection : due) connection->onDeadline();
}

}  // namespace belfry::edge
