// BF_REQ_AUTHENTICATE, run to its end on the caller's thread: stored credentials are looked up between two steps.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/plugins/operation.h"
#include "ports/authenticators.h"
#include "ports/key_store.h"
#include "ports/signatures.h"

namespace belfry::plugins {

/// Where stored credentials and the keys of tenants are.
struct AuthSources {
  KeyStore& keys;
  const std::function<std::vector<std::string>(const std::string& tenant, const std::string& key_id)>& mac_keys;
  Signatures& signatures;
};

class AuthOperation final : public Operation {
 public:
  /// May throw what KeyStore::find throws.
  static AuthOutcome run(std::shared_ptr<const Machine> machine, AuthSources sources,
                         const PresentedCredential& credential);

  AuthOperation(std::shared_ptr<const Machine> machine, AuthSources sources);

 private:
  struct LookUp {
    std::string id;
    uint32_t tag;
  };
  struct Check {
    std::string tenant, key_id, data, signature;
    uint32_t tag;
  };
  using Wanted = std::variant<LookUp, Check>;

  bf_status credential(std::string id, uint32_t tag) override;
  bf_status verify(const bf_signed& what, uint32_t tag) override;
  bf_status claims(const bf_claims& claims) override;
  bf_status decline() override;
  void end(const std::string& reason) override;
  bf_status want(Wanted wanted);
  void answer(const LookUp& wanted);
  void answer(const Check& wanted);

  const AuthSources sources_;
  std::optional<Wanted> wanted_;
  int look_ups_ = 0;
  std::optional<AuthOutcome> outcome_;
  bool ended_ = false;
};

}  // namespace belfry::plugins
