#include "adapters/plugins/auth_operation.h"

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

constexpr int kMostLookUps = 16;
constexpr std::size_t kMostClaim = 4096;
constexpr int64_t kLastMillisecond = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z, the last that RFC 3339 can write

/// Claims decide what a caller may do and stand in the audit log: what is no clean text is refused, not repaired.
bool isPlainText(const bf_str& text) {
  return isView(text) && text.n <= kMostClaim && shown(view(text), kMostClaim) == view(text);
}

int64_t millis(const std::optional<TimePoint>& at) { return at ? at->time_since_epoch().count() / 1000 : 0; }

/// A stored credential as the C ABI shows it; owns the joined texts.
class CredentialView {
 public:
  explicit CredentialView(std::optional<StoredCredential> stored) : stored_(std::move(stored)) {
    abi_.size = sizeof abi_;
    if (!stored_) return;
    subject_ = "key:" + stored_->name;
    roles_ = joined(stored_->roles);
    scopes_ = joined(stored_->scopes);
    abi_.found = 1;
    abi_.hash = view(asView(stored_->hash));
    abi_.tenant = view(stored_->tenant_slug);
    abi_.subject = view(subject_);
    abi_.roles = view(roles_);
    abi_.scopes = view(scopes_);
    abi_.expires_at_ms = millis(stored_->expires_at);
    abi_.revoked_at_ms = millis(stored_->revoked_at);
  }
  CredentialView(const CredentialView&) = delete;
  CredentialView& operator=(const CredentialView&) = delete;
  const bf_credential* abi() const { return &abi_; }

 private:
  const std::optional<StoredCredential> stored_;
  std::string subject_, roles_, scopes_;
  bf_credential abi_{};
};

}  // namespace

AuthOutcome AuthOperation::run(std::shared_ptr<const Machine> machine, AuthSources sources,
                               const PresentedCredential& credential) {
  bf_presented presented{};
  presented.size = sizeof presented;
  presented.scheme = view(credential.scheme);
  presented.value = view(credential.value);
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_AUTHENTICATE;
  request.presented = &presented;

  auto operation = std::make_shared<AuthOperation>(std::move(machine), sources);
  operation->start(request);
  while (!operation->ended_ && operation->wanted_) {
    auto wanted = std::move(*operation->wanted_);
    operation->wanted_.reset();
    std::visit([&](const auto& one) { operation->answer(one); }, wanted);
  }
  return std::move(operation->outcome_)
      .value_or(AuthRefused{"plugin_error", "the auth plugin ended without an answer"});
}

AuthOperation::AuthOperation(std::shared_ptr<const Machine> machine, AuthSources sources)
    : Operation(std::move(machine)), sources_(sources) {}

void AuthOperation::answer(const LookUp& wanted) {
  auto stored = std::make_shared<CredentialView>(sources_.keys.find(wanted.id));
  deliver([stored, tag = wanted.tag](bf_input& input) {
    input.kind = BF_IN_CREDENTIAL;
    input.tag = tag;
    input.fate = BF_FATE_DONE;
    input.credential = stored->abi();
  });
}

void AuthOperation::answer(const Check& wanted) {
  auto keys = sources_.mac_keys(wanted.tenant, wanted.key_id);
  bool good = false;
  for (const auto& key : keys) {
    auto made = sources_.signatures.mac(MacAlgorithm::hmac_sha256, key, wanted.data);
    if (constantTimeEquals(made, wanted.signature)) good = true;
  }
  deliver([found = !keys.empty(), good, tag = wanted.tag](bf_input& input) {
    input.kind = BF_IN_VERDICT;
    input.tag = tag;
    input.fate = BF_FATE_DONE;
    input.found = found ? 1 : 0;
    input.good = good ? 1 : 0;
  });
}

bf_status AuthOperation::want(Wanted wanted) {
  if (wanted_ || look_ups_ >= kMostLookUps) return BF_E_LIMIT;
  expectAnswer();
  ++look_ups_;
  wanted_ = std::move(wanted);
  return BF_OK;
}

bf_status AuthOperation::credential(std::string id, uint32_t tag) { return want(LookUp{std::move(id), tag}); }

bf_status AuthOperation::verify(const bf_signed& what, uint32_t tag) {
  if (what.alg != BF_MAC_HMAC_SHA256) return BF_E_UNSUPPORTED;
  if (!isPlainText(what.tenant) || !isPlainText(what.key_id) || !isView(what.data) || !isView(what.signature))
    return BF_E_INVALID;
  return want(Check{copy(what.tenant), copy(what.key_id), copy(what.data), copy(what.signature), tag});
}

bf_status AuthOperation::claims(const bf_claims& claims) {
  if (outcome_) return BF_E_STATE;
  for (const auto* text : {&claims.tenant, &claims.subject, &claims.roles, &claims.scopes})
    if (!isPlainText(*text)) return BF_E_INVALID;
  // A time that cannot be said must not turn into "never".
  if (claims.expires_at_ms < 0 || claims.expires_at_ms > kLastMillisecond) return BF_E_INVALID;
  Claims made{copy(claims.tenant), copy(claims.subject), words(view(claims.roles)), words(view(claims.scopes)), {}};
  if (claims.expires_at_ms > 0) made.expires_at = TimePoint(std::chrono::milliseconds(claims.expires_at_ms));
  outcome_ = std::move(made);
  return BF_OK;
}

bf_status AuthOperation::decline() {
  if (outcome_) return BF_E_STATE;
  outcome_ = AuthDeclined{};
  return BF_OK;
}

void AuthOperation::end(const std::string& reason) {
  ended_ = true;
  // Who breaks a rule after having said yes has not said yes.
  if (failed()) {
    outcome_ = AuthRefused{failCode(), failDetail()};
  } else if (!reason.empty()) {
    outcome_ = AuthRefused{"plugin_error", "the auth plugin " + reason};
  }
}

}  // namespace belfry::plugins
