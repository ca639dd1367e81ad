// One io thread: an event loop, its connections, its mailbox. Internal to the edge.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "api/http/connection.h"
#include "api/http/edge_context.h"
#include "api/http/mailbox.h"

namespace belfry::edge {

class Shard {
 public:
  explicit Shard(EdgeContext& context);
  ~Shard();

  boost::asio::io_context& io() { return io_; }
  EdgeContext& context() { return context_; }
  const std::shared_ptr<Mailbox>& mailbox() { return mailbox_; }
  /// Room for one read, shared by all connections of the loop: valid until the next event.
  std::array<char, 64 * 1024>& scratch() { return *scratch_; }
  /// The Date header of this second.
  const std::string& date();

  void adopt(Socket socket);
  void forget(Connection& connection);
  void beginDrain();
  void closeAll();
  /// The thread's body: runs until the loop is stopped.
  void run();

 private:
  void armSweep();
  void sweep();
  std::vector<std::shared_ptr<Connection>> snapshot() const { return connections_; }

  EdgeContext& context_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  boost::asio::steady_timer sweep_timer_{io_};
  std::chrono::milliseconds sweep_interval_;
  std::unique_ptr<std::array<char, 64 * 1024>> scratch_ = std::make_unique<std::array<char, 64 * 1024>>();
  std::vector<std::shared_ptr<Connection>> connections_;
  std::shared_ptr<Mailbox> mailbox_;
  std::time_t date_second_ = 0;
  std::string date_;
};

}  // namespace belfry::edge
