// A plugin's bf_http as a complete request: segments filled in, and signed.
#pragma once

#include <belfry/exchange.h>

#include "adapters/plugins/segments.h"

namespace belfry::plugins {

/// BF_OK, or why the request cannot be assembled. Leaves deadline, hosts, scope and trace to the caller.
bf_status assembleHttp(const bf_http& from, SegmentAssembler& segments, const InstanceContext& context, TimePoint now,
                       HttpExchange& to);

/// What the plugin is told of an answer, for one call of resume.
class HttpInput {
 public:
  explicit HttpInput(HttpResult result);
  HttpInput(const HttpInput&) = delete;
  HttpInput& operator=(const HttpInput&) = delete;

  const HttpResult& result() const { return result_; }
  /// The views live as long as this.
  void fill(bf_input& input, uint32_t tag) const;

 private:
  const HttpResult result_;
  std::vector<bf_kv> headers_;
  bf_http_reply reply_{};
};

}  // namespace belfry::plugins
