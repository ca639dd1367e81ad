#include "check/fake_host.h"

#include <cstring>

#include "check/crypto.h"
#include "check/random.h"

namespace belfry::check {
namespace {

std::string_view view(bf_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }

void watchLog(const bf_host* host, std::int32_t, bf_str event, const bf_kv* fields, std::size_t n) {
  auto& self = FakeHost::of(host);
  self.watch("a log line", event);
  for (std::size_t i = 0; i < n; ++i) self.watch("a log line", fields[i].value);
}

void watchCount(const bf_host* host, bf_str event, std::uint64_t) { FakeHost::of(host).watch("a metric", event); }

std::int32_t equal(const bf_host*, bf_str a, bf_str b) { return view(a) == view(b) ? 1 : 0; }

std::int32_t matches(const bf_host* host, const bf_seg* secret, bf_str presented) {
  if (secret->kind != BF_SEG_SECRET) return 0;
  const auto value = secretValue(FakeHost::of(host).secrets(), view(secret->s));
  if (!value || *value != view(presented)) return 0;
  FakeHost::of(host).countProof();
  return 1;
}

bf_status hash(const bf_host*, std::int32_t alg, bf_str data, std::uint8_t* out, std::size_t cap) {
  const auto digest = digestOf(alg, view(data));
  if (digest.empty()) return BF_E_INVALID;
  if (digest.size() > cap) return BF_E_LIMIT;
  std::memcpy(out, digest.data(), digest.size());
  return BF_OK;
}

bf_status verifyMac(const bf_host* host, std::int32_t alg, const bf_seg* key, const bf_seg* data, std::size_t n_data,
                    bf_str mac) {
  const auto& secrets = FakeHost::of(host).secrets();
  std::string text;
  for (std::size_t i = 0; i < n_data; ++i) {
    if (data[i].kind != BF_SEG_BYTES && data[i].kind != BF_SEG_SECRET) return BF_E_INVALID;
    const auto piece =
        data[i].kind == BF_SEG_BYTES ? std::string(view(data[i].s)) : secretValue(secrets, view(data[i].s));
    if (!piece) return BF_E_DENIED;
    text += *piece;
  }
  const auto secret = macKey(secrets, *key);
  if (!secret) return BF_E_DENIED;
  const auto right = macOf(alg, *secret, text);
  if (right.empty()) return BF_E_INVALID;
  if (right != view(mac)) return BF_E_DENIED;
  FakeHost::of(host).countProof();
  return BF_OK;
}

bf_status verify(const bf_host* host, std::int32_t alg, std::int32_t form, bf_str key, bf_str data, bf_str signature,
                 std::int64_t at_ms) {
  const auto status = verifySignature(alg, form, view(key), view(data), view(signature), at_ms);
  if (status == BF_OK) FakeHost::of(host).countProof();
  return status;
}

std::int32_t isSet(const bf_host* host, bf_str secret) {
  return FakeHost::of(host).secrets().count(view(secret)) != 0 ? 1 : 0;
}

bf_status keyedHash(const bf_host*, bf_str data, std::uint8_t out[32]) {
  const auto digest = fakeKeyedHash(view(data));
  std::memcpy(out, digest.data(), digest.size());
  return BF_OK;
}

const void* getService(const bf_host* host, const char* id) { return FakeHost::of(host).service(id); }

}  // namespace

FakeHost::FakeHost(Secrets secrets, std::set<std::string> missing)
    : handle_{{sizeof(bf_host), 0, getService}, this}, secrets_(std::move(secrets)), missing_(std::move(missing)) {}

FakeHost& FakeHost::of(const bf_host* host) { return *reinterpret_cast<const Handle*>(host)->self; }

const void* FakeHost::service(std::string_view id) const {
  static const bf_log_v1 log = {sizeof log, 0, watchLog};
  static const bf_metrics_v1 metrics = {sizeof metrics, 0, watchCount};
  static const bf_crypto_v1 crypto = {sizeof crypto, 0, equal, matches, hash, verifyMac, verify, isSet};
  static const bf_credentials_v1 credentials = {sizeof credentials, 0, keyedHash};
  if (missing_.count(std::string(id)) != 0) return nullptr;
  if (id == BF_LOG_1) return &log;
  if (id == BF_METRICS_1) return &metrics;
  if (id == BF_CRYPTO_1) return &crypto;
  if (id == BF_CREDENTIALS_1) return &credentials;
  return nullptr;
}

void FakeHost::watch(const char* where, bf_str text) {
  if (!leak_.empty()) return;
  const auto name = secretShownIn(secrets_, view(text));
  if (!name.empty()) leak_ = "secret " + name + " in " + where;
}

const bf_host& fakeHost() {
  static const FakeHost host;
  return host.abi();
}

std::string fakeKeyedHash(std::string_view data) {
  std::uint64_t state = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : data) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string out;
  while (out.size() < 32) {
    const std::uint64_t word = splitMix(state);
    out.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return out;
}

}  // namespace belfry::check
