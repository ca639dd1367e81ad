// Auth plugins: what they see, the verbs they have and the base class that makes their table.
#pragma once

#include <belfry/auth.h>
#include <belfry/machine.hpp>
#include <belfry/op.hpp>
#include <belfry/rope.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace belfry {

/// A stored credential as the host keeps it.
class Credential {
 public:
  explicit Credential(const bf_credential& c) : c_(&c) {}
  bool found() const { return c_->found != 0; }
  std::string_view hash() const { return view(c_->hash); }
  std::string_view tenant() const { return view(c_->tenant); }
  std::string_view subject() const { return view(c_->subject); }
  std::string_view roles() const { return view(c_->roles); }
  std::string_view scopes() const { return view(c_->scopes); }
  std::int64_t expiresAtMs() const { return c_->expires_at_ms; }
  std::int64_t revokedAtMs() const { return c_->revoked_at_ms; }

 private:
  const bf_credential* c_;
};

/// A credential as it came with a request.
class Presented {
 public:
  explicit Presented(const bf_presented& p) : p_(&p) {}
  std::string_view scheme() const { return view(p_->scheme); }
  std::string_view value() const { return view(p_->value); }

 private:
  const bf_presented* p_;
};

/// What became of AuthOp::verifyHs256.
struct Verdict {
  bool key_found;
  bool good;
};

/// Who the caller is. tenant is empty only for the platform admin.
struct Claims {
  std::string_view tenant;
  std::string_view subject;
  std::string_view roles;
  std::string_view scopes;
  std::int64_t expires_at_ms = 0;
};

class AuthOp : public OpBase {
 public:
  using OpBase::OpBase;

  /// Asks the host for a stored credential: `return op.credential(id)`. Throws VerbFailed, as all of these.
  int credential(std::string_view id, std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, credential)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->credential(op_, str(id), tag));
    return BF_STEP_WAIT;
  }

  int claims(const Claims& c) {
    if (!BF_HAS(ops_, claims)) throw VerbFailed(BF_E_UNSUPPORTED);
    bf_claims out{};
    out.size = sizeof out;
    out.tenant = str(c.tenant);
    out.subject = str(c.subject);
    out.roles = str(c.roles);
    out.scopes = str(c.scopes);
    out.expires_at_ms = c.expires_at_ms;
    check(ops_->claims(op_, &out));
    return BF_STEP_DONE;
  }

  /// Has a signature checked with a key of the tenant that the credential claims: resumes with a Verdict. `signature`
  /// in raw bytes; `key_id` may be empty.
  int verifyHs256(std::string_view tenant, std::string_view key_id, std::string_view data, std::string_view signature,
                  std::uint32_t tag = 0) {
    if (!BF_HAS(ops_, verify)) throw VerbFailed(BF_E_UNSUPPORTED);
    const bf_signed what{sizeof what, BF_MAC_HMAC_SHA256, str(tenant), str(key_id), str(data), str(signature)};
    check(ops_->verify(op_, &what, tag));
    return BF_STEP_WAIT;
  }

  /// Not this plugin's kind of credential.
  int decline() {
    if (!BF_HAS(ops_, decline)) throw VerbFailed(BF_E_UNSUPPORTED);
    check(ops_->decline(op_));
    return BF_STEP_DONE;
  }

  int refuse(std::string_view code, std::string_view detail) { return fail(code, detail); }
};

namespace detail {

template <class T, class S, class In, class = void>
struct ResumesAuth : std::false_type {};
template <class T, class S, class In>
struct ResumesAuth<T, S, In,
                   std::void_t<decltype(std::declval<const T&>().resume(
                       std::declval<AuthOp&>(), std::declval<S&>(), std::declval<const In&>()))>> : std::true_type {};

}  // namespace detail

/// Base of an auth plugin: begin gets what was presented, resume a stored credential or a verdict, as it has asked.
template <class T>
class Auth : public detail::Machine<T> {
 public:
  using Op = AuthOp;
  using Presented = belfry::Presented;
  using Credential = belfry::Credential;
  using Verdict = belfry::Verdict;

  static const void* interfaceTable(std::string_view id) {
    static constexpr bf_auth_v1 table = {sizeof table,
                                         0,
                                         sizeof(typename T::State),
                                         alignof(typename T::State),
                                         1,
                                         0,
                                         &Auth::create,
                                         &Auth::destroy,
                                         &Auth::begin,
                                         &Auth::resume,
                                         nullptr};
    return id == BF_AUTH_1 ? &table : nullptr;
  }

 private:
  static std::int32_t begin(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_req* req) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      detail::checkState<typename T::State>();
      Op o(op, ops);
      if (req->kind != BF_REQ_AUTHENTICATE || !req->presented)
        return o.fail("bad_request", "a presented credential is needed");
      return Auth::self(inst).begin(o, *static_cast<typename T::State*>(state), Presented(*req->presented));
    });
  }

  static std::int32_t resume(bf_inst* inst, bf_op* op, const bf_ops* ops, void* state, const bf_input* input) noexcept {
    return detail::guardedStep(op, ops, [&]() -> std::int32_t {
      using State = typename T::State;
      Op o(op, ops);
      auto& own = *static_cast<State*>(state);
      if constexpr (detail::ResumesAuth<T, State, Credential>::value)
        if (input->kind == BF_IN_CREDENTIAL && input->credential)
          return Auth::self(inst).resume(o, own, Credential(*input->credential));
      if constexpr (detail::ResumesAuth<T, State, Verdict>::value)
        if (input->kind == BF_IN_VERDICT)
          return Auth::self(inst).resume(o, own, Verdict{input->found != 0, input->good != 0});
      return o.fail("bad_input", "nothing was asked for that could be answered");
    });
  }
};

}  // namespace belfry
