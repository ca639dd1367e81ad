#include "adapters/curl/smtp_pool.h"

#include <algorithm>
#include <utility>

namespace belfry::curl {

void SmtpPool::acquire(const SmtpTarget& target, Want want, bool urgent, std::uint64_t who, Granted granted) {
  const auto at = entries_.try_emplace(target).first;
  auto& waiting = at->second.waiting;
  const auto place =
      urgent ? std::find_if(waiting.begin(), waiting.end(), [](const Waiter& waiter) { return !waiter.urgent; })
             : waiting.end();
  waiting.insert(place, {who, want, urgent, std::move(granted)});
  serveWaiters(at);
}

void SmtpPool::abandon(const SmtpTarget& target, std::uint64_t who) {
  const auto at = entries_.find(target);
  if (at == entries_.end()) return;
  std::erase_if(at->second.waiting, [&](const Waiter& waiter) { return waiter.who == who; });
  serveWaiters(at);
}

void SmtpPool::giveBack(std::unique_ptr<SmtpConnection> connection) {
  const auto at = entries_.find(connection->target());
  --at->second.granted;
  --granted_;
  keep(at->second, std::move(connection));
  serveWaiters(at);
}

void SmtpPool::discard(const SmtpTarget& target) {
  const auto at = entries_.find(target);
  --at->second.granted;
  --granted_;
  serveWaiters(at);
}

// Grants are posted, not called: who is granted a dead connection comes back here at once.
void SmtpPool::serveWaiters(Entries::iterator at) {
  Entry& entry = at->second;
  while (!entry.waiting.empty()) {
    const bool urgent = entry.waiting.front().urgent;
    const auto most = settings_.max_smtp_connections_per_host;
    if (!urgent && entry.granted >= most - keptForUrgent(most)) return;
    const bool take_idle = entry.waiting.front().want == Want::any && !entry.idle.empty();
    const bool full = entry.granted + entry.idle.size() >= most;
    if (!take_idle && full && entry.idle.empty()) return;
    auto connection = take_idle || full ? takeIdle(entry) : nullptr;
    if (!take_idle) connection.reset();  // makes room for a fresh one
    const Granted granted = std::move(entry.waiting.front().granted);
    entry.waiting.pop_front();
    ++entry.granted;
    ++granted_;
    loop_.post([granted, held = std::make_shared<std::unique_ptr<SmtpConnection>>(
                             std::move(connection))] { granted(std::move(*held)); },
               urgent ? EventLoop::Urgency::urgent : EventLoop::Urgency::ordinary);
  }
  if (entry.granted == 0 && entry.idle.empty()) entries_.erase(at);
}

std::unique_ptr<SmtpConnection> SmtpPool::takeIdle(Entry& entry) {
  Idle idle = std::move(entry.idle.front());
  entry.idle.pop_front();
  --idle_;
  loop_.cancel(idle.expiry);
  idle.connection->unwatch();
  return std::move(idle.connection);
}

void SmtpPool::keep(Entry& entry, std::unique_ptr<SmtpConnection> connection) {
  const SmtpConnection* which = connection.get();  // outlives both handlers: it is dropped with them
  // A server has nothing to say on an idle connection but 421 or the end: either way it is of no use any more.
  connection->watch([this, which](std::uint32_t) { dropIdle(*which, false); });
  const auto expiry =
      loop_.at(std::chrono::steady_clock::now() + settings_.idle_connection, [this, which] { dropIdle(*which, true); });
  entry.idle.push_front({std::move(connection), expiry});
  ++idle_;
}

void SmtpPool::dropIdle(const SmtpConnection& connection, bool quit) {
  const auto at = entries_.find(connection.target());
  auto& idle = at->second.idle;
  const auto found =
      std::find_if(idle.begin(), idle.end(), [&](const Idle& one) { return one.connection.get() == &connection; });
  if (quit) found->connection->sayQuit();
  loop_.cancel(found->expiry);
  idle.erase(found);
  --idle_;
  serveWaiters(at);
}

void SmtpPool::closeIdle() {
  for (auto& [target, entry] : entries_) {
    for (Idle& one : entry.idle) {
      one.connection->sayQuit();
      loop_.cancel(one.expiry);
    }
    idle_ -= entry.idle.size();
    entry.idle.clear();
  }
  std::erase_if(entries_, [](const auto& one) { return one.second.granted == 0 && one.second.waiting.empty(); });
}

}  // namespace belfry::curl
