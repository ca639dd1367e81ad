// The base class that makes a channel plugin's table out of a class's member functions. What a class has, it serves:
//
//   int begin(Op&, State&, const Send&) const               SEND: one message; or
//   int begin(Op&, State&, const Batch&) const              up to kMaxBatch, with
//   std::uint64_t batchKey(const Send&) const               equal for what may go out together
//   int webhook(Op&, State&, const Webhook&) const          WEBHOOK
//   int probe(Op&, State&) const                            PROBE
//   int token(Op&, State&, std::string_view key) const      TOKEN
//   int status(Op&, State&, const Query&) const             STATUS
//
// What came back goes to `int resume(Op&, State&, const Reply&) const` for SEND, and to resumeWebhook, resumeProbe,
// resumeToken and resumeStatus of the same form.
#pragma once

#include <belfry/channel.h>
#include <belfry/channel_op.hpp>
#include <belfry/machine.hpp>
#include <belfry/receipt.hpp>
#include <belfry/reply.hpp>
#include <belfry/send.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace belfry {

namespace detail {

// One question for each member function that a plugin may have.
#define BF_DETECT_(Name, call)              \
  template <class T, class S, class = void> \
  struct Name : std::false_type {};         \
  template <class T, class S>               \
  struct Name<T, S, std::void_t<decltype(std::declval<const T&>().call)>> : std::true_type {};

BF_DETECT_(TakesBatch, begin(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Batch&>()))
BF_DETECT_(HasBatchKey, batchKey(std::declval<const Send&>()))
BF_DETECT_(HasWebhook, webhook(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Webhook&>()))
BF_DETECT_(HasProbe, probe(std::declval<ChannelOp&>(), std::declval<S&>()))
BF_DETECT_(HasToken, token(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<std::string_view>()))
BF_DETECT_(HasStatus, status(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Query&>()))
BF_DETECT_(HasResume, resume(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Reply&>()))
BF_DETECT_(ResumesWebhook, resumeWebhook(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Reply&>()))
BF_DETECT_(ResumesProbe, resumeProbe(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Reply&>()))
BF_DETECT_(ResumesToken, resumeToken(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Reply&>()))
BF_DETECT_(ResumesStatus, resumeStatus(std::declval<ChannelOp&>(), std::declval<S&>(), std::declval<const Reply&>()))

#undef BF_DETECT_

template <class T, class = void>
struct MaxBatch : std::integral_constant<std::uint32_t, 1> {};
template <class T>
struct MaxBatch<T, std::void_t<decltype(T::kMaxBatch)>> : std::integral_constant<std::uint32_t, T::kMaxBatch> {};

}  // namespace detail

template <class T>
class Channel : public detail::Machine<T> {
 public:
  using Op = ChannelOp;
  using Send = belfry::Send;
  using Batch = belfry::Batch;
  using Reply = belfry::Reply;
  using Webhook = belfry::Webhook;
  using Query = belfry::Query;

  static const void* interfaceTable(std::string_view id) {
    static constexpr bf_channel_v1 table = {sizeof table,
                                            0,
                                            sizeof(Full),
                                            alignof(Full),
                                            detail::MaxBatch<T>::value,
                                            0,
                                            &Channel::create,
                                            &Channel::destroy,
                                            &Channel::begin,
                                            &Channel::resume,
                                            batchKeyFunction()};
    return id == BF_CHANNEL_1 ? &table : nullptr;
  }

 private:
  /// The plugin's own state behind the kind of request that it belongs to.
  struct Full {
    std::int32_t kind;
    typename T::State state;
  };

  using BatchKey = std::uint64_t (*)(bf_inst*, const bf_msg*);
  static constexpr BatchKey batchKeyFunction() {
    if constexpr (detail::HasBatchKey<T, void>::value) return &Channel::batchKey;
    else return nullptr;
  }
  static std::uint64_t batchKey(bf_inst* inst, const bf_msg* message) noexcept {
    try {
      return Channel::self(inst).batchKey(Send(*message, 0));
    } catch (...) {
      return 0;  // alone
    }
  }

  static std::int32_t begin(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_req* req) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      detail::checkState<typename T::State>();
      Op o(op, ops);
      Full& full = *static_cast<Full*>(state);
      full.kind = req->kind;
      return beginKind(Channel::self(inst), o, full.state, *req);
    });
  }

  template <class S>
  static std::int32_t beginKind(const T& self, Op& op, S& state, const bf_req& req) {
    switch (req.kind) {
      case BF_REQ_SEND:
        if (req.n_messages == 0 || req.n_messages > detail::MaxBatch<T>::value)
          return op.fail("bad_request", "more messages than max_batch, or none");
        if constexpr (detail::TakesBatch<T, S>::value) return self.begin(op, state, Batch(req));
        else return self.begin(op, state, Send(*req.messages[0], 0, view(req.callback_url)));
      case BF_REQ_WEBHOOK:
        if constexpr (detail::HasWebhook<T, S>::value)
          if (req.webhook) return self.webhook(op, state, Webhook(*req.webhook));
        break;
      case BF_REQ_PROBE:
        if constexpr (detail::HasProbe<T, S>::value) return self.probe(op, state);
        break;
      case BF_REQ_TOKEN:
        if constexpr (detail::HasToken<T, S>::value) return self.token(op, state, view(req.token_key));
        break;
      case BF_REQ_STATUS:
        if constexpr (detail::HasStatus<T, S>::value)
          if (req.query) return self.status(op, state, Query(*req.query));
        break;
      default: break;
    }
    return op.fail("unsupported", "this plugin does not serve requests of this kind");
  }

  static std::int32_t resume(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_input* input) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      Op o(op, ops);
      Full& full = *static_cast<Full*>(state);
      return resumeKind(Channel::self(inst), o, full.state, full.kind, Reply(*input));
    });
  }

  template <class S>
  static std::int32_t resumeKind(const T& self, Op& op, S& state, std::int32_t kind, const Reply& reply) {
    if constexpr (detail::HasResume<T, S>::value)
      if (kind == BF_REQ_SEND) return self.resume(op, state, reply);
    if constexpr (detail::ResumesWebhook<T, S>::value)
      if (kind == BF_REQ_WEBHOOK) return self.resumeWebhook(op, state, reply);
    if constexpr (detail::ResumesProbe<T, S>::value)
      if (kind == BF_REQ_PROBE) return self.resumeProbe(op, state, reply);
    if constexpr (detail::ResumesToken<T, S>::value)
      if (kind == BF_REQ_TOKEN) return self.resumeToken(op, state, reply);
    if constexpr (detail::ResumesStatus<T, S>::value)
      if (kind == BF_REQ_STATUS) return self.resumeStatus(op, state, reply);
    return op.fail("bad_input", "nothing was asked for that could be answered");
  }
};

}  // namespace belfry
