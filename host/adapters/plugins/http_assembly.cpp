#include "adapters/plugins/http_assembly.h"

#include <algorithm>
#include <array>

#include "adapters/plugins/exchange_words.h"
#include "adapters/plugins/retry_after.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostHeaders = 200;
constexpr std::size_t kMostResponse = 1u << 20;

bool isMethod(std::string_view method) {
  constexpr std::array kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

/// Where the request goes must not depend on a secret or on message text: scheme and host end within the first segment.
bool hostIsPlain(const bf_seg& first) {
  if (first.kind != BF_SEG_BYTES || first.xform != BF_XFORM_RAW || !isView(first.s)) return false;
  auto url = view(first.s);
  auto scheme = url.find("://");
  return scheme != std::string_view::npos && url.find('/', scheme + 3) != std::string_view::npos;
}

bf_status addHeaders(const bf_http& from, const SegmentAssembler& segments, HeaderFields& to) {
  if (!isArray(from.headers, from.n_headers, kMostHeaders)) return BF_E_INVALID;
  for (size_t i = 0; i < from.n_headers; ++i) {
    const auto& header = from.headers[i];
    if (!isView(header.name) || header.name.n == 0) return BF_E_INVALID;
    std::string value;
    if (auto status = segments.append(header.value, header.n_value, value); status != BF_OK) return status;
    to.emplace_back(copy(header.name), std::move(value));
  }
  return BF_OK;
}

/// An optional secret: empty when it is not set or not named.
bf_status optionalKey(const SegmentAssembler& segments, const bf_seg& segment, std::string& value) {
  if (segment.kind == BF_SEG_BYTES && segment.s.n == 0) return BF_OK;
  auto status = segments.key(segment, value);
  return status == BF_E_DENIED && segment.kind == BF_SEG_SECRET ? bf_status{BF_OK} : status;
}

bf_status sign(const bf_sigv4& how, const SegmentAssembler& segments, const InstanceContext& context, TimePoint now,
               HttpExchange& request) {
  if (how.size < sizeof(bf_sigv4) || !isView(how.region) || !isView(how.service)) return BF_E_INVALID;
  SigV4Keys keys;
  keys.region = copy(how.region);
  keys.service = copy(how.service);
  if (auto status = segments.key(how.access_key_id, keys.access_key_id); status != BF_OK) return status;
  if (auto status = segments.key(how.secret_access_key, keys.secret_access_key); status != BF_OK) return status;
  if (auto status = optionalKey(segments, how.session_token, keys.session_token); status != BF_OK) return status;
  if (segments.masked()) {
    request.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 ***");
    return BF_OK;
  }
  auto headers = context.signatures.sigv4(request, keys, now);
  if (!headers) {
    context.log.warn("a request cannot be signed",
                     {{"provider_id", context.provider.toString()}, {"reason", headers.error()}});
    return BF_E_INVALID;
  }
  for (auto& header : *headers) request.headers.push_back(std::move(header));
  return BF_OK;
}

}  // namespace

bf_status assembleHttp(const bf_http& from, SegmentAssembler& segments, const InstanceContext& context, TimePoint now,
                       HttpExchange& to) {
  if (!isView(from.method) || !isMethod(view(from.method))) return BF_E_INVALID;
  if (from.n_url == 0 || from.url == nullptr || !hostIsPlain(from.url[0])) return BF_E_INVALID;
  if (auto status = segments.make(from.made, from.n_made, now); status != BF_OK) return status;
  to.method = copy(from.method);
  if (auto status = segments.url(from.url, from.n_url, to.url); status != BF_OK) return status;
  if (auto status = addHeaders(from, segments, to.headers); status != BF_OK) return status;
  if (auto status = segments.append(from.body, from.n_body, to.body); status != BF_OK) return status;
  to.commits = (from.flags & BF_HTTP_COMMITS) != 0;
  if (from.max_response > 0) to.max_response = std::min<std::size_t>(from.max_response, kMostResponse);
  return from.sigv4 == nullptr ? bf_status{BF_OK} : sign(*from.sigv4, segments, context, now, to);
}

HttpInput::HttpInput(HttpResult result) : result_(std::move(result)) {
  reply_.size = sizeof reply_;
  if (!result_.reply) return;
  const auto& reply = *result_.reply;
  for (const auto& [name, value] : reply.headers) headers_.push_back({view(name), view(value)});
  reply_.status = reply.status;
  reply_.headers = headers_.data();
  reply_.n_headers = headers_.size();
  reply_.body = view(reply.body);
  reply_.truncated = reply.truncated ? 1 : 0;
  if (const auto* value = reply.header("retry-after"))
    reply_.retry_after_ms = static_cast<uint32_t>(retryAfter(*value, std::chrono::system_clock::now()).count());
}

void HttpInput::fill(bf_input& input, uint32_t tag) const {
  input.kind = BF_IN_HTTP;
  input.tag = tag;
  fillOutcome(input, result_.outcome);
  if (result_.reply) input.http = &reply_;
}

}  // namespace belfry::plugins
