#include "adapters/plugins/plugin_text.h"
#include "adapters/plugins/transforms.h"
#include "kit/crypto.h"
#include "kit/json.h"

namespace belfry::plugins {
namespace {

/// RFC 2045 §6.8: lines of 76 characters.
std::string mimeBase64(std::string_view bytes) {
  constexpr std::size_t kLine = 76;
  auto encoded = toBase64(bytes);
  std::string lines;
  lines.reserve(encoded.size() + encoded.size() / kLine * 2);
  for (std::size_t at = 0; at < encoded.size(); at += kLine) {
    if (at > 0) lines += "\r\n";
    lines.append(encoded, at, kLine);
  }
  return lines;
}

/// All but RFC 3986 §2.3 unreserved characters.
std::string percentEncoded(std::string_view bytes) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (char c : bytes) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      text += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      text.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return text;
}

/// The inside of a JSON string.
std::string jsonEscaped(std::string_view text) {
  JsonWriter writer;
  writer.value(text);
  auto quoted = writer.take();
  return quoted.substr(1, quoted.size() - 2);
}

/// A Standard Webhooks secret: base64 behind an optional prefix.
bf_status whsec(std::string_view text, std::string& key) {
  constexpr std::string_view kPrefix = "whsec_";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  auto bytes = fromBase64(text);
  if (!bytes) return BF_E_INVALID;
  key = std::move(*bytes);
  return BF_OK;
}

bf_status transformed(std::string_view bytes, int32_t xform, std::string& out) {
  switch (xform) {
    case BF_XFORM_BASE64_MIME: out = mimeBase64(bytes); return BF_OK;
    case BF_XFORM_BASE64: out = toBase64(bytes); return BF_OK;
    case BF_XFORM_BASE64URL: out = toBase64Url(bytes); return BF_OK;
    case BF_XFORM_HEX: out = toHex(bytes); return BF_OK;
    case BF_XFORM_URLENCODE: out = percentEncoded(bytes); return BF_OK;
    case BF_XFORM_JSON: out = jsonEscaped(bytes); return BF_OK;
    case BF_XFORM_WHSEC: return whsec(bytes, out);
    default: return BF_E_INVALID;
  }
}

}  // namespace

bf_status appendTransformed(std::string& to, std::string_view bytes, int32_t xform) {
  std::string out;
  if (xform != BF_XFORM_RAW) {
    if (auto status = transformed(bytes, xform, out); status != BF_OK) return status;
    bytes = out;
  }
  if (bytes.size() > kMostText || to.size() > kMostText - bytes.size()) return BF_E_LIMIT;
  to.append(bytes);
  return BF_OK;
}

}  // namespace belfry::plugins
