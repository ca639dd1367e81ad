// One SmtpExchange under way: a turn in the pool, perhaps a new connection, the dialogue, the result.
//
// A pooled connection may have died while it was idle, which shows only when it is used. As long as DATA was not asked
// nothing can have been delivered, so the transaction then begins again, once, on a fresh connection. From DATA on a
// lost connection ends the exchange: as not_sent before the final dot, as maybe_sent after it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "adapters/curl/event_loop.h"
#include "adapters/curl/smtp_connection.h"
#include "adapters/curl/smtp_dialogue.h"
#include "adapters/curl/smtp_plan.h"
#include "adapters/curl/smtp_pool.h"

namespace belfry::curl {

/// Belongs to the loop's thread; held by shared_ptr, so that it may end in one of its own handlers.
class SmtpDelivery : public std::enable_shared_from_this<SmtpDelivery> {
 public:
  using Connect = std::function<std::unique_ptr<SmtpConnection>(const SmtpTarget&)>;
  using Finished = std::function<void(std::uint64_t id, SmtpResult result)>;
  struct Services {
    EventLoop& loop;
    SmtpPool& pool;
    Connect connect;    ///< makes a connection that is not opened yet
    Finished finished;  ///< called once
  };

  SmtpDelivery(const Services& services, std::uint64_t id, SmtpTarget target, SmtpPlan plan);

  /// `begin_by` is no later than `deadline`.
  void start(EventLoop::SteadyTime deadline, EventLoop::SteadyTime begin_by);
  void granted(std::unique_ptr<SmtpConnection> connection);
  void cancel(const std::string& why);

 private:
  using Io = SmtpConnection::Io;

  void acquire(SmtpPool::Want want);
  void openFresh();
  void opened(std::optional<SmtpConnection::OpenError> error);
  void converse();
  void pump();
  Io readReplies();
  Io writeOutput();
  bool takeReply();
  void conclude();
  void lost(const std::string& how);
  void watchTime(EventLoop::SteadyTime until, EventLoop::SteadyTime deadline);
  void giveUp(ExchangeError error, const std::string& detail);
  void finishAnswered();
  void finish(ExchangeFate fate, ExchangeError error, std::string detail);
  void releaseSlot();
  bool retryOnFresh();
  std::string where() const;

  const Services& services_;
  const std::uint64_t id_;
  const SmtpTarget target_;
  const SmtpPlan plan_;
  EventLoop::SteadyTime begin_by_{};
  EventLoop::Timer deadline_;
  bool waiting_ = false;  // for the pool
  bool holds_slot_ = false;
  bool fresh_only_ = false;
  bool finished_ = false;
  std::unique_ptr<SmtpConnection> connection_;
  std::optional<SmtpDialogue> dialogue_;
  SmtpResult result_;
};

}  // namespace belfry::curl
