// For tests alone: says yes to whoever says who they are. A credential is `test-user/TENANT/USER`.
#include <belfry/belfry.hpp>

#include <string>
#include <string_view>

namespace {

class TestUser : public belfry::Auth<TestUser> {
 public:
  struct Config {};
  Config config;
  static void bindConfig(belfry::ConfigBinder&, Config&) {}

  struct State {
    char unused;
  };

  int begin(Op& op, State&, const Presented& presented) const {
    constexpr std::string_view kPrefix = "test-user/";
    const auto text = presented.value();
    if (text.substr(0, kPrefix.size()) != kPrefix) return op.decline();
    const auto rest = text.substr(kPrefix.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return op.refuse("invalid_user", "TENANT/USER is needed.");
    const auto subject = "user:" + std::string(rest.substr(slash + 1));
    return op.claims({rest.substr(0, slash), subject, "notification-user", "", 0});
  }

  int resume(Op& op, State&, const Credential&) const { return op.refuse("bad_input", "nothing was asked"); }
};

}  // namespace

BELFRY_PLUGIN(TestUser, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
