// What signing costs per request and per message. Run:
//   build/release/bench/signatures_bench
#include <benchmark/benchmark.h>

#include "adapters/openssl/openssl_signatures.h"
#include "adapters/openssl/private_key.h"
#include "unit/signatures/published_keys.h"

namespace {

using namespace belfry;
using namespace belfry::openssl;

const TimePoint kAt = *parseRfc3339("2025-02-03T04:05:06Z");
const std::string kMessage =
    "From: a@tower.example\r\nTo: b@home.example\r\nSubject: Noon\r\n\r\n" + std::string(8192, 'x');

void sigV4(benchmark::State& state) {
  OpenSslSignatures signatures;
  const SigV4Keys keys{"eu-west-3", "ses", "BELLKEY0000000000001", "ringing/the+bell", ""};
  HttpExchange request;
  request.method = "POST";
  request.url = "https://email.eu-west-3.amazonaws.com/v2/email/outbound-emails";
  request.headers = {{"Content-Type", "application/json"}};
  request.body.assign(4096, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(signatures.sigv4(request, keys, kAt));
}
BENCHMARK(sigV4);

void hmacSha256(benchmark::State& state) {
  OpenSslSignatures signatures;
  const std::string body(1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(signatures.mac(MacAlgorithm::hmac_sha256, "secret", body));
}
BENCHMARK(hmacSha256);

void readKey(benchmark::State& state, const char* pem) {
  for (auto _ : state) benchmark::DoNotOptimize(readPrivateKey(pem));
}
BENCHMARK_CAPTURE(readKey, rsa2048, kRfc7515RsaKey);
BENCHMARK_CAPTURE(readKey, ec, kRfc7515EcKey);
BENCHMARK_CAPTURE(readKey, ed25519, kRfc8463Ed25519Key);

void jwt(benchmark::State& state, JwtAlgorithm algorithm, const char* pem) {
  OpenSslSignatures signatures;
  for (auto _ : state) benchmark::DoNotOptimize(signatures.jwt(algorithm, pem, R"({"typ":"JWT"})", R"({"iss":"a"})"));
}
BENCHMARK_CAPTURE(jwt, rs256, JwtAlgorithm::rs256, kRfc7515RsaKey);
BENCHMARK_CAPTURE(jwt, es256, JwtAlgorithm::es256, kRfc7515EcKey);

void dkim(benchmark::State& state, const char* pem) {
  OpenSslSignatures signatures;
  const DkimKey key{"tower.example", "bell", pem};
  for (auto _ : state) benchmark::DoNotOptimize(signatures.dkim(key, kMessage, kAt));
}
BENCHMARK_CAPTURE(dkim, rsa2048, kRfc7515RsaKey);
BENCHMARK_CAPTURE(dkim, ed25519, kRfc8463Ed25519Key);

void verifyEcdsa(benchmark::State& state) {
  OpenSslSignatures signatures;
  // A signature in form: 3006 0201 01 0201 01, so that the curve is worked on.
  const std::string signature("\x30\x06\x02\x01\x01\x02\x01\x01", 8);
  for (auto _ : state)
    benchmark::DoNotOptimize(signatures.verify(PublicKeyAlgorithm::ecdsa_p256_sha256, PublicKeyForm::spki,
                                               kRfc7515EcPublicKey, "data", signature, kAt));
}
BENCHMARK(verifyEcdsa);

}  // namespace

BENCHMARK_MAIN();
