// @TITLE@: bearer credentials of the form TENANT.SUBJECT.HEX, where HEX is the HMAC-SHA256 of "TENANT.SUBJECT" under a
// key of the tenant that never leaves the host.
#include <belfry/belfry.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMacSize = 32;

class @CLASS@ : public belfry::Auth<@CLASS@> {
 public:
  struct Config {};
  Config config;
  static void bindConfig(belfry::ConfigBinder&, Config&) {}

  /// Plain data: what resume needs of begin.
  struct State {
    char text[2 * kMaxText];
    std::uint32_t tenant_size;
    std::uint32_t subject_size;
  };

  int begin(Op& op, State& state, const Presented& presented) const {
    const auto value = presented.value();
    const auto first = value.find('.');
    const auto last = value.rfind('.');
    if (presented.scheme() != "bearer" || first == std::string_view::npos || first == last) return op.decline();
    const auto tenant = value.substr(0, first);
    const auto subject = value.substr(first + 1, last - first - 1);
    char mac[kMacSize];
    if (tenant.empty() || tenant.size() > kMaxText || subject.empty() || subject.size() > kMaxText ||
        !readMac(value.substr(last + 1), mac))
      return op.decline();
    tenant.copy(state.text, tenant.size());
    subject.copy(state.text + kMaxText, subject.size());
    state.tenant_size = static_cast<std::uint32_t>(tenant.size());
    state.subject_size = static_cast<std::uint32_t>(subject.size());
    return op.verifyHs256(tenant, {}, value.substr(0, last), {mac, sizeof mac});
  }

  int resume(Op& op, State& state, const Verdict& verdict) const {
    if (!verdict.good) return op.refuse("invalid_token", "The token is not valid.");
    const std::string subject = "user:" + std::string(state.text + kMaxText, state.subject_size);
    return op.claims({{state.text, state.tenant_size}, subject, {}, {}, 0});
  }

 private:
  static bool readMac(std::string_view hex, char (&out)[kMacSize]) {
    if (hex.size() != 2 * kMacSize) return false;
    for (std::size_t i = 0; i < kMacSize; ++i) {
      unsigned value = 0;
      const char* at = hex.data() + 2 * i;
      const auto [end, error] = std::from_chars(at, at + 2, value, 16);
      if (error != std::errc() || end != at + 2) return false;
      out[i] = static_cast<char>(value);
    }
    return true;
  }
};

}  // namespace

BELFRY_PLUGIN(@CLASS@, BELFRY_PLUGIN_ID, BELFRY_PLUGIN_VERSION)
