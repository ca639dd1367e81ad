// A client as ours should be: every mail has an Idempotency-Key of its own, and one that is refused or unanswered is
// sent again with it until a 202 comes. What got a 202 stands in the ledger; that is what must not be lost.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/http_client.h"

namespace belfry::test {

struct Mail {
  std::string tenant;
  std::string to;  ///< unique; its local part tells mail_sink.py how to behave
};

/// `count` mails to "<wish>+<label><n>@example.test"; without a wish "<label><n>@…".
std::vector<Mail> mails(std::size_t count, const std::string& label, const std::string& tenant,
                        const std::string& wish = "");

/// The 202s. Thread-safe.
class Ledger {
 public:
  void add(const Mail& mail, const std::string& id);
  std::size_t size() const;
  std::map<std::string, Mail> entries() const;  ///< by notification id

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Mail> entries_;
};

/// Sends on several connections from construction on. The destructor gives up what is not accepted yet.
class Sender {
 public:
  Sender(std::uint16_t port, std::string key, std::vector<Mail> mails, Ledger& ledger, int connections = 8);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// True when every mail has its 202.
  [[nodiscard]] bool waitForAll(std::chrono::milliseconds limit);
  /// True when `count` mails have their 202; the rest goes on.
  [[nodiscard]] bool waitForAccepted(std::size_t count, std::chrono::milliseconds limit) const;
  /// The host listens somewhere else after its restart.
  void redirect(std::uint16_t port) noexcept { port_ = port; }
  /// What is not accepted yet is not sent again. Returns when no request is under way.
  void giveUp();

  std::size_t accepted() const noexcept { return accepted_; }
  std::size_t refused() const noexcept { return refused_; }        ///< 429 and 503, each with Retry-After
  std::size_t unanswered() const noexcept { return unanswered_; }  ///< no connection, or it broke before the answer
  /// Answers that a client cannot act upon: a 4xx, a 500, a 503 without Retry-After. Each as "status body".
  std::vector<std::string> surprises() const;

 private:
  void run();
  bool next(std::size_t& index);
  void insist(std::unique_ptr<HttpConnection>& connection, const Mail& mail, const std::string& key);
  bool attempt(std::unique_ptr<HttpConnection>& connection, const Mail& mail, const std::string& key);
  bool judge(const HttpReply& reply, const Mail& mail);

  std::atomic<std::uint16_t> port_;
  const std::string key_;
  const std::vector<Mail> mails_;
  const std::string run_;  // makes this sender's idempotency keys its own
  Ledger& ledger_;
  std::atomic<std::size_t> next_{0}, accepted_{0}, refused_{0}, unanswered_{0};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> surprises_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace belfry::test
