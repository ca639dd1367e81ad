// From a presented credential to a Caller: asks the auth plugins in turn, checks that the tenant allows the plugin that
// knew the credential, and remembers the answer for a few seconds.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kit/crypto.h"
#include "kit/result.h"
#include "kit/time.h"
#include "model/caller.h"
#include "model/problem.h"
#include "ports/authenticators.h"
#include "services/tenants/directory.h"

namespace belfry {

struct AuthenticationSettings {
  std::chrono::seconds remember{
      5};  ///< a revoked key is refused at once where the announcement arrives, after this at the latest
};

class Authentication {
 public:
  Authentication(Authenticators& plugins, const Directory& directory, const Clock& clock,
                 AuthenticationSettings settings);

  /// `act_on` is the X-Tenant slug, empty when absent: only the platform admin may name another tenant than the
  /// credential's. May throw StoreUnavailable. Thread-safe.
  Result<Caller, Problem> authenticate(const std::optional<PresentedCredential>& credential, const std::string& act_on);
  /// Forgets remembered callers. Thread-safe.
  void clear();

 private:
  struct Remembered {
    Caller caller;
    TimePoint until;
  };

  Result<Caller, Problem> askPlugins(const PresentedCredential& credential, std::optional<TimePoint>& expires_at);
  Result<Caller, Problem> toCaller(const std::string& plugin, const Claims& claims) const;
  Result<Caller, Problem> actOn(Caller caller, const std::string& slug) const;

  static constexpr std::size_t kMostRemembered = 10000;

  Authenticators& plugins_;
  const Directory& directory_;
  const Clock& clock_;
  const AuthenticationSettings settings_;
  std::mutex mutex_;
  std::map<Digest256, Remembered> remembered_;  // by SHA-256 of the credential; guarded by mutex_
  unsigned long generation_ = 0;                // guarded by mutex_; an answer older than clear() is not remembered
};

}  // namespace belfry
