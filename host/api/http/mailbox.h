// How answers from any thread reach the event loop that owns their connection. Internal to the edge.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "api/http/handler.h"

namespace belfry::edge {

class Connection;

struct Unanswered {};  ///< the responder was dropped
using Answer = std::variant<HttpResponse, Responder::Takeover, Unanswered>;

/// A queue that wakes its loop once per batch: a group commit that answers 60 requests costs one wake-up, not 60.
/// Outlives the server as long as a responder lives; what comes after close() is discarded.
class Mailbox {
 public:
  /// `wake` makes the loop call deliver(); it is not called after close().
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// On the loop's thread, before its first event.
  void enterLoop() { loop_thread_ = std::this_thread::get_id(); }

  /// Thread-safe. On the loop's thread, within the handler's call for that same connection, the answer goes straight
  /// through.
  void put(const std::weak_ptr<Connection>& to, Answer answer);
  /// On the loop's thread: hands out everything that has come.
  void deliver();
  void close();

 private:
  struct Letter {
    std::weak_ptr<Connection> to;
    Answer answer;
  };

  bool passDirectly(const std::weak_ptr<Connection>& to, Answer& answer);

  std::function<void()> wake_;
  std::atomic<std::thread::id> loop_thread_{};
  std::mutex mutex_;
  std::vector<Letter> letters_;  ///< guarded by mutex_
  bool open_ = true;             ///< guarded by mutex_
};

/// The responder of one request.
class Exchange final : public Responder {
 public:
  Exchange(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection)
      : mailbox_(std::move(mailbox)), connection_(std::move(connection)) {}
  ~Exchange() override { abandon(); }
  void send(HttpResponse response) override { answerOnce(std::move(response)); }
  void handOver(Takeover takeover) override { answerOnce(std::move(takeover)); }
  /// What dropping the last reference does.
  void abandon() { answerOnce(Unanswered{}); }

 private:
  void answerOnce(Answer answer) {
    if (!answered_.test_and_set()) mailbox_->put(connection_, std::move(answer));
  }

  std::shared_ptr<Mailbox> mailbox_;
  std::weak_ptr<Connection> connection_;
  std::atomic_flag answered_;
};

}  // namespace belfry::edge
