// Auth plugins: the bundled API keys on stored credentials, and a puppet that breaks the rules.
#include "adapters/openssl/openssl_signatures.h"
#include "adapters/plugins/plugin_authenticators.h"
#include "ports/store_error.h"
#include "send_fixture.h"

namespace belfry::test {
namespace {

using plugins::PluginAuthenticators;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One key; the parts of the port that an auth plugin can reach.
class OneKey final : public KeyStore {
 public:
  std::optional<StoredCredential> find(std::string_view public_id) override {
    ++asked;
    if (away) throw StoreUnavailable("the database is away");
    return stored && public_id == "0123456789abcdef" ? stored : std::nullopt;
  }
  ApiKey create(TenantId, const NewApiKey&) override { return {}; }
  std::vector<ApiKey> list(TenantId, std::optional<ApiKeyId>, int) override { return {}; }
  std::optional<ApiKey> revoke(TenantId, ApiKeyId) override { return std::nullopt; }
  void touch(const std::vector<Use>&) override {}
  Digest256 hash(std::string_view secret) const override {
    if (hashing_fails) throw CryptoError("no hash today");
    return hmacSha256("pepper", secret);
  }

  std::optional<StoredCredential> stored;
  bool away = false;
  bool hashing_fails = false;
  int asked = 0;
};

const std::string kSecret = "s" + std::string(39, '1');
const std::string kKey = "bk_live_0123456789abcdef_" + kSecret;

/// Claims, "declined", or "refused CODE: DETAIL".
std::string told(const AuthOutcome& outcome) {
  if (const auto* claims = std::get_if<Claims>(&outcome)) return claims->tenant + "/" + claims->subject;
  if (const auto* refused = std::get_if<AuthRefused>(&outcome))
    return "refused " + refused->code + ": " + refused->detail;
  return "declined";
}

class Auth : public ::testing::Test {
 protected:
  Auth() {
    keys_.stored = StoredCredential{};
    keys_.stored->tenant_slug = "acme";
    keys_.stored->name = "backend";
    keys_.stored->hash = hmacSha256("pepper", kSecret);
    keys_.stored->roles = {"sender", "viewer"};
    keys_.stored->scopes = {"notifications:send"};
  }
  static const plugins::PluginRegistry& registry() {
    static const Log quiet(2, LogLevel::error);
    static const plugins::PluginRegistry made({{bundledLock()}, ""}, quiet);
    return made;
  }
  AuthOutcome present(const std::string& value) { return bundled_.authenticate("apikey", {"api-key", value}); }
  AuthOutcome puppet(const std::string& script) { return puppets_.authenticate("puppet", {"bearer", script}); }

  KeptLog log_;
  /// A subscriber token of acme's user_001, signed with `secret`, that lives from now for an hour.
  static std::string subscriberToken(std::string_view secret, const std::string& tenant = "acme") {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(SystemClock().now().time_since_epoch()).count();
    const auto input = toBase64Url(R"({"alg":"HS256","typ":"JWT","kid":"k1"})") + "." +
                       toBase64Url(R"({"tenant":")" + tenant + R"(","sub":"user_001","iat":)" + std::to_string(now) +
                                   R"(,"exp":)" + std::to_string(now + 3600) + "}");
    return input + "." + toBase64Url(asView(hmacSha256(secret, input)));
  }
  AuthOutcome subscriber(const std::string& token) {
    return bundled_.authenticate("subscriber-token", {"bearer", token});
  }

  OneKey keys_;
  openssl::OpenSslSignatures signatures_;
  std::string asked_for_;
  PluginAuthenticators bundled_{
      registry(), keys_,
      [this](const std::string& tenant, const std::string& key_id) {
        asked_for_ = tenant + " " + key_id;
        return tenant == "acme" ? std::vector<std::string>{"newest", "older"} : std::vector<std::string>{};
      },
      signatures_, log_.log()};
  PluginAuthenticators puppets_{puppetRegistry(), keys_, {}, signatures_, log_.log()};
};

TEST_F(Auth, PluginsThatProvideItAreNamed) {
  EXPECT_THAT(bundled_.names(), ElementsAre("apikey", "subscriber-token"));
  EXPECT_TRUE(bundled_.has("apikey"));
  EXPECT_FALSE(bundled_.has("smtp"));
  EXPECT_THAT(puppets_.names(), ElementsAre("puppet"))
      << "quiet-puppet has the table, but its manifest does not provide it";
}

TEST_F(Auth, AGoodKeyBecomesItsClaims) {
  keys_.stored->expires_at = TimePoint(4'000'000'000s);
  auto outcome = present(kKey);
  ASSERT_EQ(told(outcome), "acme/key:backend");
  const auto& claims = std::get<Claims>(outcome);
  EXPECT_THAT(claims.roles, ElementsAre("sender", "viewer"));
  EXPECT_THAT(claims.scopes, ElementsAre("notifications:send"));
  EXPECT_EQ(claims.expires_at, TimePoint(4'000'000'000s));
  EXPECT_EQ(keys_.asked, 1);
}

TEST_F(Auth, OtherCredentialsAreDeclinedWithoutAskingTheStore) {
  EXPECT_EQ(told(present("eyJhbGciOi.x.y")), "declined");
  EXPECT_EQ(told(present("")), "declined");
  EXPECT_EQ(keys_.asked, 0);
}

TEST_F(Auth, WrongRevokedAndExpiredKeysAreRefused) {
  EXPECT_THAT(told(present("bk_live_0123456789abcdef_" + std::string(40, '2'))), HasSubstr("refused invalid_key"));
  EXPECT_THAT(told(present("bk_live_fedcba9876543210_" + kSecret)), HasSubstr("refused invalid_key"));
  keys_.stored->expires_at = TimePoint(1'000'000'000s);
  EXPECT_THAT(told(present(kKey)), HasSubstr("refused expired_key"));
  keys_.stored->revoked_at = TimePoint(1'000'000'000s);
  EXPECT_THAT(told(present(kKey)), HasSubstr("refused revoked_key"));
}

TEST_F(Auth, ASubscriberTokenOfALiveKeyIsItsUser) {
  for (const char* secret : {"newest", "older"}) {
    auto outcome = subscriber(subscriberToken(secret));
    ASSERT_EQ(told(outcome), "acme/user:user_001") << secret;
    const auto& claims = std::get<Claims>(outcome);
    EXPECT_THAT(claims.roles, ElementsAre("notification-user"));
    EXPECT_THAT(claims.scopes, IsEmpty());
    EXPECT_TRUE(claims.expires_at);
  }
  EXPECT_EQ(asked_for_, "acme k1");
}

TEST_F(Auth, ASubscriberTokenOfAnotherKeyOrTenantIsNobody) {
  const std::string refused = "refused invalid_token: The subscriber token is not valid.";
  EXPECT_EQ(told(subscriber(subscriberToken("retired"))), refused);
  EXPECT_EQ(told(subscriber(subscriberToken("newest", "globex"))), refused);
  auto changed = subscriberToken("newest");
  changed.back() = changed.back() == 'A' ? 'E' : 'A';
  EXPECT_EQ(told(subscriber(changed)), refused);
  EXPECT_EQ(told(subscriber(kKey)), "declined");
}

TEST_F(Auth, AStoreThatIsAwayIsNotARefusal) {
  keys_.away = true;
  EXPECT_THROW(present(kKey), StoreUnavailable);
  keys_.away = false;
  EXPECT_EQ(told(present(kKey)), "acme/key:backend");
}

TEST_F(Auth, AHashThatFailsLetsNobodyIn) {
  keys_.hashing_fails = true;
  EXPECT_THAT(told(present(kKey)), HasSubstr("refused "));
}

TEST_F(Auth, APuppetsClaimsArrive) {
  auto outcome = puppet("claims_soon");
  ASSERT_EQ(told(outcome), "acme/");
  EXPECT_THAT(std::get<Claims>(outcome).roles, ElementsAre("viewer", "sender"));
  EXPECT_THAT(std::get<Claims>(outcome).scopes, IsEmpty());
  EXPECT_EQ(std::get<Claims>(outcome).expires_at, TimePoint(1'900'000'000s));
  EXPECT_EQ(told(puppet("decline")), "declined");
  EXPECT_EQ(told(puppet("credential wait|claims")), "acme/credential=0 in(5,0,,1,sender viewer)");
  keys_.stored.reset();
  EXPECT_EQ(told(puppet("credential wait|claims")), "acme/credential=0 in(5,0,,0,)");
}

TEST_F(Auth, WhoBreaksARuleLetsNobodyIn) {
  for (const char* script :
       {"", "wait", "error", "return:3", "throw", "throw_int", "claims error", "claims throw", "claims wait",
        "claims_small", "claims_null", "claims_negative", "claims_endless", "claims_dirty", "claims_no_pointer",
        "credential", "credential wait|", "credential wait|throw", "credential_no_pointer wait"}) {
    EXPECT_THAT(told(puppet(script)), HasSubstr("refused plugin_error: the auth plugin ")) << script;
  }
  EXPECT_EQ(told(puppet("claims fail")), "refused puppet_failed: on?purpose");
  EXPECT_EQ(told(puppet("fail claims")), "refused puppet_failed: on?purpose");
}

TEST_F(Auth, TheFirstAnswerStands) {
  EXPECT_EQ(told(puppet("decline claims")), "declined");
  EXPECT_EQ(told(puppet("claims decline")), "acme/");
}

TEST_F(Auth, VerbsOfChannelsAreUnsupported) {
  auto unsupported = std::to_string(BF_E_UNSUPPORTED);
  EXPECT_EQ(told(puppet("smtp result claims")), "acme/smtp=" + unsupported + " result=" + unsupported);
}

TEST_F(Auth, LookUpsAreCounted) {
  EXPECT_EQ(told(puppet("credential credential wait|claims")),
            "acme/credential=0 credential=3 in(5,0,,1,sender viewer)")
      << "one at a time";
  keys_.asked = 0;
  EXPECT_THAT(told(puppet("credential wait|credential wait")), HasSubstr("waits, but asked for nothing"));
  EXPECT_EQ(keys_.asked, 16);
}

}  // namespace
}  // namespace belfry::test
