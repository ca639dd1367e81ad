// What every operation of a channel plugin may do: exchanges, tokens, pauses and kept values. The kinds of request
// differ in what they must answer; see the classes that derive.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/plugins/instance_context.h"
#include "adapters/plugins/operation.h"
#include "adapters/plugins/segments.h"

namespace belfry::plugins {

class ChannelOperation : public Operation {
 protected:
  using SteadyTime = std::chrono::steady_clock::time_point;

  /// No exchange starts after `deadline` or `begin_by`; those that run end by `deadline`. `urgent`: see HttpExchange.
  ChannelOperation(std::shared_ptr<const InstanceContext> context, SteadyTime deadline, ExchangeTrace trace,
                   SteadyTime begin_by = SteadyTime::max(), bool urgent = false);

  bf_status http(const bf_http& request, uint32_t tag) override;
  bf_status smtp(const bf_smtp& request, uint32_t tag) override;
  bf_status token(std::string key, bool fresh, uint32_t tag) override;
  bf_status sleep(uint32_t ms, uint32_t tag) override;
  bf_status get(std::string key, uint32_t tag) override;
  bf_status put(std::string key, std::string value, uint32_t ttl_s) override;

  /// The bytes of a blob of this operation.
  virtual bool findBlobBytes(uint64_t handle, std::string_view& bytes) const;
  /// Exchanges leave, or are shown instead.
  virtual bool masked() const { return false; }
  /// A mail transaction of it may log in and no more.
  virtual bool provesOnly() const { return false; }
  virtual void perform(HttpExchange request, uint32_t tag);
  virtual void perform(SmtpExchange request, uint32_t tag);
  virtual void obtain(const std::string& key, uint64_t refused, uint32_t tag);

  const InstanceContext& context() const { return *context_; }
  const std::shared_ptr<const InstanceContext>& sharedContext() const { return context_; }
  /// Asks those under way to end.
  void cancelExchanges();

  // What is known of exchanges that may deliver. Touched inside steps only, which run serially.
  bool mayHaveSent() const { return may_have_sent_ || delivering_ > 0; }
  bool taken() const { return taken_; }             ///< a mail server took a mail
  bool answeredOk() const { return answered_ok_; }  ///< a provider answered 2xx

  /// For perform() of others: an answer without an exchange.
  void answerHttp(HttpResult result, uint32_t tag, bool delivers);
  void answerSmtp(SmtpResult result, uint32_t tag);
  void answerToken(const std::string& key, const Token& token, const std::string& code, const std::string& detail,
                   uint32_t tag);

 private:
  template <class Begin>
  bf_status beginTagged(Begin&& begin);
  template <class Request>
  void limit(Request& request, uint32_t timeout_ms) const;
  bool late() const { return std::chrono::steady_clock::now() >= begin_by_; }
  SegmentAssembler assembler() const;

  const std::shared_ptr<const InstanceContext> context_;
  const SteadyTime deadline_;
  const SteadyTime begin_by_;  // no later than deadline_
  const bool urgent_;
  const ExchangeTrace trace_;
  std::map<std::string, Token> tokens_;
  std::vector<ExchangeHandle> started_;
  int begun_ = 0;       // tagged verbs in all
  int unanswered_ = 0;  // of these, without an answer yet
  int delivering_ = 0;  // exchanges that may deliver, without an answer yet
  bool may_have_sent_ = false;
  bool taken_ = false;
  bool answered_ok_ = false;
};

}  // namespace belfry::plugins
