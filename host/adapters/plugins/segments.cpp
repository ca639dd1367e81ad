#include "adapters/plugins/segments.h"

#include <algorithm>

#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/transforms.h"
#include "kit/crypto.h"

namespace belfry::plugins {
namespace {

constexpr std::size_t kMostSegments = 100'000;
constexpr std::size_t kMostMade = 16;
constexpr std::string_view kMask = "***";

bool isJwt(int32_t kind) { return kind == BF_MAKE_JWT_RS256 || kind == BF_MAKE_JWT_ES256; }
bool needsKey(int32_t kind) { return kind == BF_MAKE_HMAC_SHA1 || kind == BF_MAKE_HMAC_SHA256 || isJwt(kind); }

}  // namespace

bf_status SegmentAssembler::make(const bf_make* const* made, size_t n, TimePoint) {
  if (!isArray(made, n, kMostMade)) return n > kMostMade ? BF_E_LIMIT : BF_E_INVALID;
  for (size_t i = 0; i < n; ++i) {
    if (made[i] == nullptr || made[i]->size < sizeof(bf_make)) return BF_E_INVALID;
    std::string out;
    if (auto status = makeOne(*made[i], out); status != BF_OK) return status;
    made_.push_back(std::move(out));
  }
  return BF_OK;
}

bf_status SegmentAssembler::makeOne(const bf_make& what, std::string& out) const {
  if (what.kind < BF_MAKE_JOIN || what.kind > BF_MAKE_JWT_ES256) return BF_E_UNSUPPORTED;
  std::string data, key;
  if (auto status = append(what.data, what.n_data, data); status != BF_OK) return status;
  if (needsKey(what.kind)) {
    if (auto status = this->key(what.key, key); status != BF_OK) return status;
  }
  if (masked_ && what.kind != BF_MAKE_SHA256) {
    // A masked join shows its parts, which are masked themselves; what is computed with a key does not exist here.
    out = what.kind == BF_MAKE_JOIN ? data : std::string(kMask);
    return BF_OK;
  }
  std::string bytes;
  switch (what.kind) {
    case BF_MAKE_JOIN: bytes = std::move(data); break;
    case BF_MAKE_HMAC_SHA1: bytes = context_.signatures.mac(MacAlgorithm::hmac_sha1, key, data); break;
    case BF_MAKE_HMAC_SHA256: bytes = context_.signatures.mac(MacAlgorithm::hmac_sha256, key, data); break;
    case BF_MAKE_SHA256: bytes = context_.signatures.digest(DigestAlgorithm::sha256, data); break;
    default:
      if (auto status = jwt(what, key, data, bytes); status != BF_OK) return status;
  }
  return appendTransformed(out, bytes, what.xform);
}

bf_status SegmentAssembler::jwt(const bf_make& what, const std::string& key, const std::string& claims,
                                std::string& out) const {
  std::string header;
  if (auto status = append(what.header, what.n_header, header); status != BF_OK) return status;
  if (header.empty()) header = R"({"typ":"JWT"})";
  auto algorithm = what.kind == BF_MAKE_JWT_RS256 ? JwtAlgorithm::rs256 : JwtAlgorithm::es256;
  auto token = context_.signatures.jwt(algorithm, key, header, claims);
  if (!token) {
    context_.log.warn("a JWT cannot be signed",
                      {{"provider_id", context_.provider.toString()}, {"reason", token.error()}});
    return BF_E_INVALID;
  }
  out = std::move(token).value();
  return BF_OK;
}

bf_status SegmentAssembler::append(const bf_seg* segments, size_t n, std::string& to) const {
  if (!isArray(segments, n, kMostSegments)) return n > kMostSegments ? BF_E_LIMIT : BF_E_INVALID;
  for (size_t i = 0; i < n; ++i) {
    if (auto status = append(segments[i], to); status != BF_OK) return status;
  }
  return BF_OK;
}

bf_status SegmentAssembler::url(const bf_seg* segments, size_t n, std::string& to) const {
  const bool rest = n == 2 && segments != nullptr && segments[1].xform == BF_XFORM_URL_REST;
  if (!rest) return append(segments, n, to);
  if (auto status = append(segments[0], to); status != BF_OK) return status;
  auto plain = segments[1];
  plain.xform = BF_XFORM_RAW;
  std::string whole;
  if (auto status = key(plain, whole); status != BF_OK) return status;
  if (masked_) return appendTransformed(to, kMask, BF_XFORM_RAW);
  if (!whole.starts_with(to)) {
    context_.log.warn("a secret that is a URL leads elsewhere than the config",
                      {{"provider_id", context_.provider.toString()}, {"config", to}});
    return BF_E_DENIED;
  }
  to = std::move(whole);
  return BF_OK;
}

bf_status SegmentAssembler::append(const bf_seg& segment, std::string& to) const {
  if (!isView(segment.s) || segment.xform == BF_XFORM_WHSEC) return BF_E_INVALID;
  switch (segment.kind) {
    case BF_SEG_BYTES: return appendTransformed(to, view(segment.s), segment.xform);
    case BF_SEG_SECRET: return secret(segment, to);
    case BF_SEG_TOKEN: return token(segment, to);
    case BF_SEG_MADE:
      if (segment.blob >= made_.size()) return BF_E_INVALID;
      return appendTransformed(to, made_[segment.blob], segment.xform);
    case BF_SEG_BLOB: {
      std::string_view bytes;
      if (!blobs_ || !blobs_(segment.blob, bytes)) return BF_E_DENIED;  // not of this message
      return appendTransformed(to, bytes, segment.xform);
    }
    default: return BF_E_INVALID;
  }
}

bf_status SegmentAssembler::secret(const bf_seg& segment, std::string& to) const {
  std::string value;
  if (auto status = key(segment, value); status != BF_OK) return status;
  to.append(masked_ ? kMask : std::string_view(value));
  return BF_OK;
}

bf_status SegmentAssembler::token(const bf_seg& segment, std::string& to) const {
  auto found = tokens_.find(copy(segment.s));
  if (found == tokens_.end()) return BF_E_STATE;
  return appendTransformed(to, masked_ ? kMask : std::string_view(found->second.value), segment.xform);
}

bf_status SegmentAssembler::key(const bf_seg& segment, std::string& value) const {
  if (segment.kind != BF_SEG_SECRET) return BF_E_DENIED;
  if (!isView(segment.s)) return BF_E_INVALID;
  auto name = view(segment.s);
  auto known = name.substr(0, name.find('#'));
  if (std::find(context_.known_secrets.begin(), context_.known_secrets.end(), known) == context_.known_secrets.end())
    return BF_E_DENIED;
  std::string raw;
  if (auto status = secretValue(context_.secrets, name, raw); status != BF_OK) {
    // Shown to people, a secret that is not set looks like one that is.
    if (!masked_) return status;
    raw = kMask;
    value = raw;
    return BF_OK;
  }
  return appendTransformed(value, raw, segment.xform);
}

}  // namespace belfry::plugins
