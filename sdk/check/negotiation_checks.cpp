// Hosts that are older or newer than the plugin, or lack what it need not have.
#include <array>
#include <cstring>
#include <memory>

#include "check/checks.h"
#include "check/guarded.h"

namespace belfry::check {
namespace {

constexpr std::array<const char*, 4> kServices = {BF_LOG_1, BF_METRICS_1, BF_CRYPTO_1, BF_CREDENTIALS_1};
constexpr std::uintptr_t kPoison = 0x5a5a5a5a5a5a5a5a;

std::size_t wholeSize(std::string_view service) {
  if (service == BF_LOG_1) return sizeof(bf_log_v1);
  if (service == BF_METRICS_1) return sizeof(bf_metrics_v1);
  return service == BF_CRYPTO_1 ? sizeof(bf_crypto_v1) : sizeof(bf_credentials_v1);
}

/// Services without effect: what they are given may come from a host of another size.
void noLog(const bf_host*, std::int32_t, bf_str, const bf_kv*, std::size_t) {}
void noCount(const bf_host*, bf_str, std::uint64_t) {}
std::int32_t no2(const bf_host*, bf_str, bf_str) { return 0; }
std::int32_t noMatch(const bf_host*, const bf_seg*, bf_str) { return 0; }
bf_status noHash(const bf_host*, std::int32_t, bf_str, std::uint8_t*, std::size_t) { return BF_E_INTERNAL; }
bf_status noMac(const bf_host*, std::int32_t, const bf_seg*, const bf_seg*, std::size_t, bf_str) { return BF_E_DENIED; }
bf_status noVerify(const bf_host*, std::int32_t, std::int32_t, bf_str, bf_str, bf_str, std::int64_t) {
  return BF_E_DENIED;
}
std::int32_t noneSet(const bf_host*, bf_str) { return 0; }
bf_status noKeyed(const bf_host*, bf_str, std::uint8_t out[32]) {
  std::memset(out, 0, 32);
  return BF_OK;
}
constexpr bf_log_v1 kLog = {sizeof kLog, 0, noLog};
constexpr bf_metrics_v1 kMetrics = {sizeof kMetrics, 0, noCount};
constexpr bf_crypto_v1 kCrypto = {sizeof kCrypto, 0, no2, noMatch, noHash, noMac, noVerify, noneSet};
constexpr bf_credentials_v1 kCredentials = {sizeof kCredentials, 0, noKeyed};

/// A host whose service tables are given by the test.
struct OtherHost {
  struct Handle {
    bf_host abi;
    const OtherHost* self;
  };
  std::array<const void*, kServices.size()> tables{&kLog, &kMetrics, &kCrypto, &kCredentials};
  Handle handle{{sizeof(bf_host), 0, &OtherHost::get}, this};

  OtherHost() = default;
  OtherHost(const OtherHost&) = delete;
  OtherHost& operator=(const OtherHost&) = delete;
  static const void* get(const bf_host* host, const char* id) {
    const auto& tables = reinterpret_cast<const Handle*>(host)->self->tables;
    for (std::size_t i = 0; i < kServices.size(); ++i)
      if (std::string_view(kServices[i]) == id) return tables[i];
    return nullptr;
  }
};

/// Creates an instance on such a host and begins the scenario.
void begin(const Trial& trial, const OtherHost& host, const std::string& config, const Scenario* scenario) {
  void* instance = nullptr;
  char reason[256] = "";
  if (trial.factory.create(host.handle.abi, config, &instance, reason, sizeof reason) != BF_OK) return;
  const auto* machine = trial.factory.machine();
  if (machine && scenario) {
    rapidjson::Document json;
    VectorInput input;
    const bf_req* req = input.request(*scenario->request());
    Recorder recorder(json.GetAllocator(), scenario->now_ms);
    OpState state(*machine);
    machine->begin(static_cast<bf_inst*>(instance), recorder.op(), &Recorder::ops(), state.get(), req);
  }
  trial.factory.destroy(instance);
}

void setSize(void* table, std::size_t size) {
  const auto n = static_cast<std::uint32_t>(size);
  std::memcpy(table, &n, sizeof n);
}

}  // namespace

Finding checkMissingServices(const Trial& trial) {
  const auto* good = trial.good();
  const std::string config = good ? good->config : "{}";
  for (const char* service : kServices) {
    bool required = false;
    for (const auto& id : trial.manifest.requires_services) required = required || id == service;
    if (required) continue;
    Instance instance(trial.factory, trial.manifest, config, good ? good->secrets : Secrets{}, {service});
    Instance whole(trial.factory, trial.manifest, config, good ? good->secrets : Secrets{});
    if (whole.good() && !instance.good())
      return failed("without " + std::string(service) + " create fails: " + instance.reason(),
                    "add it to `requires` of the manifest, or do without it");
    if (!instance.good() || !trial.factory.machine()) continue;
    for (const auto* scenario : trial.of(0)) {
      Instance own(trial.factory, trial.manifest, scenario->config, scenario->secrets, {service});
      if (!own.good()) continue;
      Operation operation(own, *scenario->request(), scenario->now_ms);
      operation.begin();
      if (auto broken = brokenRule(operation, scenario->name + " without " + service)) return *broken;
    }
  }
  return passed("works, or refuses its operations, without each service that it does not require");
}

Finding checkSmallServices(const Trial& trial) {
  const auto* good = trial.good();
  for (std::size_t i = 0; i < kServices.size(); ++i)
    for (std::size_t size = 8; size < wholeSize(kServices[i]); size += sizeof(void*)) {
      OtherHost host;
      const Guarded table(host.tables[i], size);
      setSize(table.get(), size);
      host.tables[i] = table.get();
      begin(trial, host, good ? good->config : "{}", nullptr);
      for (const auto* scenario : trial.of(0)) begin(trial, host, scenario->config, scenario);
    }
  return passed("no member of a service table is read beyond its size");
}

Finding checkSmallOps(const Trial& trial) {
  if (trial.of(0).empty()) return skipped("no vectors with a request");
  for (std::size_t size = offsetof(bf_ops, alloc); size < sizeof(bf_ops); size += sizeof(void*)) {
    const Guarded table(&Recorder::ops(), size);
    setSize(table.get(), size);
    for (const auto* scenario : trial.of(0)) {
      Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
      if (!instance.good()) continue;
      Operation operation(instance, *scenario->request(), scenario->now_ms, *static_cast<const bf_ops*>(table.get()));
      operation.begin();
      runToEnd(operation, goodAnswer);
    }
  }
  return passed("no verb is read beyond the size of bf_ops");
}

Finding checkLargeHost(const Trial& trial) {
  struct Larger {
    bf_ops ops;
    std::uintptr_t tail[8];
  };
  Larger larger{Recorder::ops(), {}};
  for (auto& word : larger.tail) word = kPoison;
  larger.ops.size = sizeof larger;
  larger.ops.minor = 0x7fffffff;
  if (trial.of(0).empty()) return skipped("no vectors with a request");
  for (const auto* scenario : trial.of(0)) {
    Instance instance(trial.factory, trial.manifest, scenario->config, scenario->secrets);
    if (!instance.good()) continue;
    Operation usual(instance, *scenario->request(), scenario->now_ms);
    usual.begin();
    Operation newer(instance, *scenario->request(), scenario->now_ms, larger.ops);
    newer.begin();
    if (usual.transcript() != newer.transcript())
      return failed(
          scenario->name + ": a host with a larger bf_ops gets something else: " + newer.transcript().substr(0, 200),
          "depend on the members that you know, not on `size` or `minor` being what your header says");
  }
  return passed("a newer host gets the same");
}

}  // namespace belfry::check
