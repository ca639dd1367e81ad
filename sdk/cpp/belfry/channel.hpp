// Channel plugins: the verbs they have and the base class that makes their table.
#pragma once

#include <belfry/channel.h>
#include <belfry/machine.hpp>
#include <belfry/op.hpp>
#include <belfry/reply.hpp>
#include <belfry/rope.hpp>
#include <belfry/send.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace belfry {

/// One SMTP transaction. The views must live until ChannelOp::send returns.
struct SmtpTransaction {
  std::string_view host;
  std::uint32_t port = 0;
  std::int32_t tls = BF_TLS_STARTTLS;
  std::string_view username;         ///< empty: no login
  std::string_view password_secret;  ///< name of the secret
  std::string_view mail_from;
  std::vector<std::string_view> rcpts;
  std::uint32_t timeout_ms = 0;  ///< 0: the host's default
};

class ChannelOp : public OpBase {
 public:
  using OpBase::OpBase;

  /// Emits the transaction: `return op.send(…)`. A host or secret that this instance may not use ends the operation
  /// with BF_CREDENTIAL, since only set-up can cure it. Throws VerbFailed.
  int send(const SmtpTransaction& t, const Rope& message, std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, smtp)) throw VerbFailed(BF_E_UNSUPPORTED);
    std::vector<bf_str> rcpts;
    for (const auto rcpt : t.rcpts) rcpts.push_back(str(rcpt));
    const auto segments = message.segments();
    bf_smtp smtp{};
    smtp.size = sizeof smtp;
    smtp.port = t.port;
    smtp.host = str(t.host);
    smtp.tls = t.tls;
    smtp.timeout_ms = t.timeout_ms;
    smtp.username = str(t.username);
    if (!t.username.empty()) smtp.password = secretSegment(t.password_secret);
    smtp.mail_from = str(t.mail_from);
    smtp.rcpts = rcpts.data();
    smtp.n_rcpts = rcpts.size();
    smtp.message = segments.data();
    smtp.n_message = segments.size();
    const bf_status status = ops_->smtp(op_, &smtp, tag);
    if (status == BF_E_DENIED) return done({BF_CREDENTIAL, "denied", VerbFailed(status).what(), {}, 0});
    check(status);
    return BF_STEP_WAIT;
  }

  /// Emits the result of one recipient; once for each.
  void result(std::uint32_t recipient, const SendResult& r) {
    if (!BF_HAS(ops_, result)) throw VerbFailed(BF_E_UNSUPPORTED);
    bf_result out{};
    out.size = sizeof out;
    out.recipient = recipient;
    out.outcome = r.outcome;
    out.retry_after_ms = r.retry_after_ms;
    out.provider_id = str(r.provider_id);
    out.code = str(r.code);
    out.detail = str(r.detail);
    check(ops_->result(op_, &out));
  }

  /// The result of the only recipient, and the end: `return op.done(…)`.
  int done(const SendResult& r) {
    result(0, r);
    return BF_STEP_DONE;
  }
};

/// Base of a channel plugin that takes one message at a time.
template <class T>
class Channel : public detail::Machine<T> {
 public:
  using Op = ChannelOp;
  using Send = belfry::Send;
  using Reply = belfry::Reply;

  static const void* interfaceTable(std::string_view id) {
    static constexpr bf_channel_v1 table = {sizeof table,
                                            0,
                                            sizeof(typename T::State),
                                            alignof(typename T::State),
                                            1,
                                            0,
                                            &Channel::create,
                                            &Channel::destroy,
                                            &Channel::begin,
                                            &Channel::resume};
    return id == BF_CHANNEL_1 ? &table : nullptr;
  }

 private:
  static std::int32_t begin(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_req* req) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      detail::checkState<typename T::State>();
      Op o(op, ops);
      if (req->kind != BF_REQ_SEND || req->n_messages != 1)
        return o.fail("bad_request", "one message to send is needed");
      return Channel::self(inst).begin(o, *static_cast<typename T::State*>(state), Send(*req->messages[0], 0));
    });
  }

  static std::int32_t resume(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_input* input) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      Op o(op, ops);
      if (input->kind != BF_IN_SMTP) return o.fail("bad_input", "the answer to an exchange is needed");
      return Channel::self(inst).resume(o, *static_cast<typename T::State*>(state), Reply(*input));
    });
  }
};

}  // namespace belfry
