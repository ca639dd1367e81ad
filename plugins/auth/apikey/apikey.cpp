// API keys: bk_live_<id>_<secret> or bk_test_<id>_<secret>. The id finds the stored credential, the secret proves it.
// The host keeps only a keyed hash of the secret, under a key that never enters this plugin.
#include <belfry/belfry.hpp>

#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kIdSize = 16;
constexpr std::size_t kSecretSize = 40;
constexpr std::size_t kHashSize = 32;

struct Key {
  std::string_view id;
  std::string_view secret;
};

bool isKeyText(std::string_view text) {
  for (const char c : text)
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z')) return false;
  return true;
}

/// False when the text is not shaped like a key.
bool parseKey(std::string_view text, Key& key) {
  constexpr std::size_t kPrefixSize = 8;
  if (text.size() != kPrefixSize + kIdSize + 1 + kSecretSize || text[kPrefixSize + kIdSize] != '_') return false;
  const auto prefix = text.substr(0, kPrefixSize);
  if (prefix != "bk_live_" && prefix != "bk_test_") return false;
  key.id = text.substr(kPrefixSize, kIdSize);
  key.secret = text.substr(kPrefixSize + kIdSize + 1);
  return isKeyText(key.id) && isKeyText(key.secret);
}

class ApiKey : public belfry::Auth<ApiKey> {
 public:
  struct Config {};
  Config config;
  static void bindConfig(belfry::ConfigBinder&, Config&) {}

  struct State {
    char secret[kSecretSize];
  };

  std::string check() const { return host().hasCredentials() ? "" : "this host has no belfry.credentials/1"; }

  int begin(Op& op, State& state, const Presented& presented) const {
    Key key;
    if (!parseKey(presented.value(), key)) return op.decline();
    key.secret.copy(state.secret, sizeof state.secret);
    return op.credential(key.id);
  }

  /// An unknown id and a wrong secret take the same steps and give the same answer; only who has the secret learns
  /// more.
  int resume(Op& op, State& state, const Credential& stored) const {
    const std::string hash = host().keyedHash({state.secret, sizeof state.secret});
    std::memset(state.secret, 0, sizeof state.secret);
    const bool known = stored.found() && stored.hash().size() == kHashSize;
    const std::string nobody(kHashSize, '\0');
    const bool equal = host().equal(hash, known ? stored.hash() : std::string_view(nobody));
    if (!known || !equal) return op.refuse("invalid_key", "The API key is not valid.");
    if (stored.revokedAtMs() != 0) return op.refuse("revoked_key", "The API key was revoked.");
    if (stored.expiresAtMs() != 0 && stored.expiresAtMs() <= op.nowMs())
      return op.refuse("expired_key", "The API key has expired.");
    return op.claims({stored.tenant(), stored.subject(), stored.roles(), stored.scopes(), stored.expiresAtMs()});
  }
};

}  // namespace

BELFRY_PLUGIN(ApiKey, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
