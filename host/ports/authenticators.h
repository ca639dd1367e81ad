// Auth plugins as the API sees them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kit/time.h"

namespace belfry {

/// A credential as it came with a request.
struct PresentedCredential {
  std::string scheme;  ///< "bearer" or "api-key"
  std::string value;
};

struct Claims {
  std::string tenant;
  std::string subject;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::optional<TimePoint> expires_at;
};
struct AuthDeclined {};  ///< not this plugin's kind of credential
struct AuthRefused {
  std::string code;
  std::string detail;
};
using AuthOutcome = std::variant<Claims, AuthDeclined, AuthRefused>;

class Authenticators {
 public:
  virtual ~Authenticators() = default;
  virtual std::vector<std::string> names() const = 0;
  virtual bool has(const std::string& plugin) const = 0;
  /// Blocks while the plugin asks for stored credentials. May throw StoreUnavailable. Thread-safe.
  virtual AuthOutcome authenticate(const std::string& plugin, const PresentedCredential& credential) = 0;
};

}  // namespace belfry
