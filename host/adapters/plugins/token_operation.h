// BF_REQ_TOKEN: one token of an instance, for everybody who waits for it.
#pragma once

#include "adapters/plugins/channel_operation.h"

namespace belfry::plugins {

class TokenOperation final : public ChannelOperation {
 public:
  /// `done` is called once.
  static void launch(std::shared_ptr<const InstanceContext> context, const std::string& key, TokenCache::Fetched done);

  TokenOperation(std::shared_ptr<const InstanceContext> context, TokenCache::Fetched done);

 private:
  bf_status token(std::string key, bool fresh, uint32_t tag) override;
  bf_status smtp(const bf_smtp& request, uint32_t tag) override;
  bf_status putToken(const bf_str& token, uint32_t ttl_s) override;
  void end(const std::string& reason) override;

  const TokenCache::Fetched done_;
  FetchedToken fetched_;
};

}  // namespace belfry::plugins
