#include "adapters/plugins/token_operation.h"

#include "adapters/plugins/plugin_text.h"

namespace belfry::plugins {
namespace {

constexpr std::chrono::seconds kLongestFetch{30};
constexpr std::size_t kMostToken = 64u << 10;
constexpr uint32_t kLongestLifeS = 30u * 24 * 3600;

}  // namespace

void TokenOperation::launch(std::shared_ptr<const InstanceContext> context, const std::string& key,
                            TokenCache::Fetched done) {
  bf_req request{};
  request.size = sizeof request;
  request.kind = BF_REQ_TOKEN;
  auto kept = std::make_shared<const std::string>(key);
  request.token_key = view(*kept);
  std::make_shared<TokenOperation>(std::move(context), std::move(done))->start(request, std::move(kept));
}

TokenOperation::TokenOperation(std::shared_ptr<const InstanceContext> context, TokenCache::Fetched done)
    : ChannelOperation(std::move(context), std::chrono::steady_clock::now() + kLongestFetch, {}, SteadyTime::max(),
                       true),  // whatever waits for the token waits for this
      done_(std::move(done)) {}

/// A token that needs a token would wait for itself.
bf_status TokenOperation::token(std::string, bool, uint32_t) { return BF_E_UNSUPPORTED; }
bf_status TokenOperation::smtp(const bf_smtp&, uint32_t) { return BF_E_UNSUPPORTED; }

bf_status TokenOperation::putToken(const bf_str& token, uint32_t ttl_s) {
  if (!isView(token) || token.n == 0 || token.n > kMostToken) return BF_E_INVALID;
  if (!fetched_.value.empty()) return BF_E_STATE;
  fetched_.value = copy(token);
  fetched_.ttl = std::chrono::seconds(std::min(ttl_s, kLongestLifeS));
  return BF_OK;
}

void TokenOperation::end(const std::string& reason) {
  if (failed() || !reason.empty() || fetched_.value.empty()) {
    fetched_ = {};
    fetched_.code = failed() ? failCode() : "plugin_error";
    fetched_.detail = failed() ? failDetail() : "the plugin " + (reason.empty() ? "ended without a token" : reason);
  }
  cancelExchanges();
  done_(std::move(fetched_));
}

}  // namespace belfry::plugins
