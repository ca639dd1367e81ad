// BF_REQ_AUTHENTICATE, run to its end on the caller's thread: stored credentials are looked up between two steps.
#pragma once

#include <optional>
#include <string>

#include "adapters/plugins/operation.h"
#include "ports/authenticators.h"
#include "ports/key_store.h"

namespace belfry::plugins {

class AuthOperation final : public Operation {
 public:
  /// May throw what KeyStore::find throws.
  static AuthOutcome run(std::shared_ptr<const Machine> machine, KeyStore& keys, const PresentedCredential& credential);

  AuthOperation(std::shared_ptr<const Machine> machine, KeyStore& keys);

 private:
  struct LookUp {
    std::string id;
    uint32_t tag;
  };

  bf_status credential(std::string id, uint32_t tag) override;
  bf_status claims(const bf_claims& claims) override;
  bf_status decline() override;
  void end(const std::string& reason) override;
  void answer(const LookUp& wanted);

  KeyStore& keys_;
  std::optional<LookUp> wanted_;
  int look_ups_ = 0;
  std::optional<AuthOutcome> outcome_;
  bool ended_ = false;
};

}  // namespace belfry::plugins
