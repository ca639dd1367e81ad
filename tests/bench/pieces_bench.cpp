// The pieces of one notification's way through the host that need no server. Run:
//   build/release/bench/pieces_bench
// Those named …_library are the plain calls of a library that a piece of ours stands in for, in the same run, so that
// the ratio tells what ours is worth on any machine.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <belfry/mail_encoding.hpp>
#include <belfry/mime.hpp>

#include "adapters/postgres/keyring.h"
#include "adapters/postgres/request_json.h"
#include "api/rest/send_json.h"
#include "kit/json.h"
#include "services/delivery/settlement_rules.h"
#include "services/intake/required_variables.h"
#include "services/intake/send_rules.h"

namespace {

using namespace belfry;

const TimePoint kNow = *parseRfc3339("2026-11-20T08:00:00Z");

const std::string kBody =
    R"({"channel":"email","recipient":{"email":"reader00000001@example.test","name":"Ada Byron"},)"
    R"("template":{"key":"order-shipped"},"data":{"title":"It is on its way","customer":"Ada & family",)"
    R"("orderId":"A-00000001","orderDate":"18 November","carrier":"Northern Post",)"
    R"("address":"12 Bell Street <back door>, Ringham","total":"129.90 EUR",)"
    R"("link":"https://shop.example.test/parcels/A-00000001?from=mail","support":"help@example.test",)"
    R"("shop":"Bells & Ropes","items":[{"name":"Brass bell","pieces":1,"price":"79.90"},)"
    R"({"name":"Rope","pieces":2,"price":"20.00"},{"name":"Wheel","pieces":1,"price":"10.00"}]}})";

NotificationRequest request() {
  auto request = parseSend(kBody)->command.request;
  request.template_ref = TemplateRef{"order-shipped", 1, "en"};
  return request;
}

/// 2.4 KB as templates make it: lines beyond 78 bytes, so quoted-printable.
std::string page() {
  std::string html;
  while (html.size() < 2400)
    html +=
        "<tr><td style=\"padding:7px\">Brass bell</td><td>1</td><td>79.90 and further words up to a long line</td>\n";
  return html;
}

void parseAndValidateSend(benchmark::State& state) {
  const std::vector<std::string> required{"orderId", "customer"};
  for (auto _ : state) {
    auto parsed = parseSend(kBody);
    FieldErrors errors;
    checkRecipient(parsed->command.request.recipient, errors);
    checkOptions(parsed->command.request, errors);
    checkContent(parsed->command, errors);
    checkTimes(parsed->command, kNow, std::chrono::hours(24), errors);
    benchmark::DoNotOptimize(missingVariables(parsed->command.request.data_json, required));
    benchmark::DoNotOptimize(errors);
  }
}
BENCHMARK(parseAndValidateSend);

void parseStrictly(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parseJson(kBody));
}
BENCHMARK(parseStrictly);

void parse_library(benchmark::State& state) {
  for (auto _ : state) {
    rapidjson::Document document;
    document.Parse(kBody.data(), kBody.size());
    benchmark::DoNotOptimize(document);
  }
}
BENCHMARK(parse_library);

void requiredVariables(benchmark::State& state) {
  const auto data = request().data_json;
  const std::vector<std::string> required{"orderId", "customer"};
  for (auto _ : state) benchmark::DoNotOptimize(missingVariables(data, required));
}
BENCHMARK(requiredVariables);

void requestToJson(benchmark::State& state) {
  const auto stored = request();
  for (auto _ : state) benchmark::DoNotOptimize(pg::toJson(stored));
}
BENCHMARK(requestToJson);

void requestFromJson(benchmark::State& state) {
  const auto stored = pg::toJson(request());
  for (auto _ : state) benchmark::DoNotOptimize(pg::parseRequest(stored));
}
BENCHMARK(requestFromJson);

void writeString(benchmark::State& state) {
  const auto html = page();
  for (auto _ : state) {
    JsonWriter json;
    json.value(html);
    benchmark::DoNotOptimize(json.take());
  }
}
BENCHMARK(writeString);

void writeString_library(benchmark::State& state) {
  const auto html = page();
  for (auto _ : state) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(html.data(), static_cast<rapidjson::SizeType>(html.size()));
    benchmark::DoNotOptimize(std::string(buffer.GetString(), buffer.GetSize()));
  }
}
BENCHMARK(writeString_library);

struct Sealed {
  Sealed() {
    Key256 master;
    master.fill(0x4d);
    tenant = TenantId::mint(kNow);
    wrapped = pg::Keyring(master, {}).wrapNewKey(tenant);
    keyring.emplace(master, [this](TenantId) { return wrapped; });
    id = newUuidV7(kNow);
    plain = pg::toJson(request());
    sealed = keyring->seal(tenant, "notifications", "request", id, plain);
  }

  TenantId tenant;
  std::string wrapped;
  std::optional<pg::Keyring> keyring;
  Uuid id;
  std::string plain, sealed;
};

void sealRequest(benchmark::State& state) {
  Sealed one;
  for (auto _ : state)
    benchmark::DoNotOptimize(one.keyring->seal(one.tenant, "notifications", "request", one.id, one.plain));
}
BENCHMARK(sealRequest);

void openRequest(benchmark::State& state) {
  Sealed one;
  for (auto _ : state)
    benchmark::DoNotOptimize(one.keyring->open(one.tenant, "notifications", "request", one.id, one.sealed));
}
BENCHMARK(openRequest);

void hmac(benchmark::State& state) {
  const std::string key(32, 'k'), data(32, 'd');
  for (auto _ : state) benchmark::DoNotOptimize(hmacSha256(key, data));
}
BENCHMARK(hmac);

void hmac_library(benchmark::State& state) {
  const std::string key(32, 'k'), data(32, 'd');
  const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest256 made{};
  for (auto _ : state)
    benchmark::DoNotOptimize(HMAC(digest, key.data(), static_cast<int>(key.size()),
                                  reinterpret_cast<const unsigned char*>(data.data()), data.size(), made.data(),
                                  nullptr));
}
BENCHMARK(hmac_library);

void newId(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(newUuidV7(kNow));
}
BENCHMARK(newId);

void randomOfAnId_library(benchmark::State& state) {
  unsigned char bytes[10];
  for (auto _ : state) benchmark::DoNotOptimize(RAND_bytes(bytes, sizeof bytes));
}
BENCHMARK(randomOfAnId_library);

void mailMessage(benchmark::State& state) {
  const auto html = page();
  for (auto _ : state) {
    MimeMessage mail("0193a0b0-0000-7000-8000-000000000001", 1'760'000'000'000);
    mail.from({"Bells", "bells@belfry.test"}).to({"Ada Byron", "ada@example.test"}).subject("On its way").html(html);
    Rope rope;
    std::string error;
    benchmark::DoNotOptimize(mail.write(rope, error));
  }
}
BENCHMARK(mailMessage);

void quotedPrintable(benchmark::State& state) {
  const auto text = mail::crlfLines(page());
  for (auto _ : state) benchmark::DoNotOptimize(mail::quotedPrintable(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(quotedPrintable);

void crlfLines(benchmark::State& state) {
  const auto text = page();
  for (auto _ : state) benchmark::DoNotOptimize(mail::crlfLines(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(crlfLines);

void utf8(benchmark::State& state) {
  const auto text = page();
  for (auto _ : state) benchmark::DoNotOptimize(mail::isUtf8(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(utf8);

void buildSettlement(benchmark::State& state) {
  AttemptReport report;
  report.claim = {TenantId::mint(kNow),
                  DeliveryId::mint(kNow),
                  NotificationId::mint(kNow),
                  Channel::email,
                  Priority::medium,
                  1,
                  kNow};
  report.provider = "relay";
  report.started_at = report.ended_at = kNow;
  report.outcome.outcome = Outcome::accepted;
  report.outcome.provider_message_id = "m-12345678";
  report.outcome.code = "202";
  for (auto _ : state) benchmark::DoNotOptimize(settle(report, RetryPolicy{}, 0.5));
}
BENCHMARK(buildSettlement);

}  // namespace

BENCHMARK_MAIN();
