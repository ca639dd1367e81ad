// Small stand-ins for ports that tests/adapters covers with the real thing.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kit/log.h"
#include "kit/time.h"
#include "ports/catalogue_store.h"
#include "ports/channels.h"
#include "ports/intake_store.h"
#include "ports/pause_store.h"
#include "ports/ready_store.h"
#include "ports/store_error.h"
#include "ports/template_store.h"
#include "ports/templates.h"
#include "ports/work_store.h"
#include "services/intake/dispatch.h"
#include "support/wait_until.h"

namespace belfry::test {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

inline const Log& silentLog() {
  static const Log log(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  return log;
}

inline TimePoint noon() { return *parseRfc3339("2026-12-01T12:00:00Z"); }

/// Stands still until it is set.
class StillClock final : public Clock {
 public:
  TimePoint now() const override { return now_.load(); }
  void set(TimePoint now) { now_ = now; }

 private:
  std::atomic<TimePoint> now_{noon()};
};

inline TenantId tenantNumber(std::uint8_t number) {
  TenantId tenant;
  tenant.value.bytes.fill(number);
  return tenant;
}

inline ClaimedDelivery claimNumber(int number, int attempt = 1, Priority priority = Priority::medium) {
  auto at = noon() + std::chrono::milliseconds(number);
  return {tenantNumber(1), {uuidLowerBound(at)}, {uuidLowerBound(at + 1h)}, Channel::email, priority, attempt, at};
}

/// The real clock's, since condition variables wait by it.
inline std::chrono::steady_clock::time_point in(std::chrono::milliseconds limit) {
  return std::chrono::steady_clock::now() + limit;
}

/// Hands out what is queued in its lanes and remembers what it was told. Thread-safe.
class FakeWorkStore : public WorkStore, public ReadyStore {
 public:
  std::vector<ClaimedWork> claim(std::span<const ReadyDelivery> ready, const ClaimTerms&) override {
    std::lock_guard lock(mutex_);
    beginClaim();
    std::vector<ClaimedWork> given;
    for (const auto& hint : ready) {
      auto& waiting = waiting_[hint.lane];
      auto found = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) { return one.id == hint.id; });
      if (found == waiting.end()) continue;
      given.push_back(work(*found));
      waiting.erase(found);
    }
    return given;
  }
  std::vector<ClaimedWork> claimFrom(std::span<const LaneRoom> lanes, const ClaimTerms&) override {
    std::lock_guard lock(mutex_);
    beginClaim();
    std::vector<ClaimedWork> given;
    int most = 0;
    for (const auto& [lane, room] : lanes) {
      most += room;
      auto& waiting = waiting_[lane];
      for (int i = 0; i < room && !waiting.empty(); ++i) {
        given.push_back(work(waiting.front()));
        waiting.erase(waiting.begin());
      }
    }
    most_room = std::max(most_room, most);
    return given;
  }
  std::vector<ReadyLane> readyLanes(const std::optional<Lane>& after, int limit) override {
    std::lock_guard lock(mutex_);
    ++looks;
    std::vector<ReadyLane> lanes;
    for (const auto& [lane, waiting] : waiting_) {
      if (waiting.empty() || (after && lane <= *after) || static_cast<int>(lanes.size()) == limit) continue;
      lanes.push_back({lane, waiting.front().id, waiting.front().due_at});
    }
    return lanes;
  }
  std::vector<DeliveryId> readyIds(const Lane& lane, int limit) override {
    std::lock_guard lock(mutex_);
    std::vector<DeliveryId> ids;
    for (const auto& one : waiting_[lane])
      if (static_cast<int>(ids.size()) < limit) ids.push_back(one.id);
    return ids;
  }
  std::vector<ReadyDelivery> promoteDue(int) override { return {}; }
  std::optional<Duration> untilNextDue() override { return std::nullopt; }
  SettledGroup settle(std::span<const Settlement> group) override {
    std::unique_lock lock(mutex_);
    if (fail_settles-- > 0) throw StoreUnavailable("away");
    open_.wait(lock, [this] { return !held_; });
    for (const auto& one : group)
      if (one.error_code == "bad row") throw StoreRejected("bad row");
    groups.push_back(group.size());
    SettledGroup ended;
    for (const auto& one : group) {
      settled.push_back(one);
      ended.ended.push_back(one.delivery);
    }
    return ended;
  }
  void release(std::span<const ClaimedDelivery> given_back, const Uuid&) override {
    std::lock_guard lock(mutex_);
    if (fail_releases-- > 0) throw StoreUnavailable("away");
    for (const auto& one : given_back) {
      released.push_back(one);
      waiting_[laneOf(one)].push_back(one);
    }
  }
  std::vector<RescuedDelivery> rescue(const RescuePolicyOf&, int) override { return {}; }
  int expire(int) override { return 0; }
  void park(std::span<const ClaimedDelivery> closed, const Uuid&) override {
    std::lock_guard lock(mutex_);
    if (fail_parks-- > 0) throw StoreUnavailable("away");
    parked.insert(parked.end(), closed.begin(), closed.end());
  }

  static Lane laneOf(const ClaimedDelivery& one) { return {one.priority, one.tenant, one.channel}; }
  void put(std::vector<ClaimedDelivery> deliveries) {
    std::lock_guard lock(mutex_);
    for (const auto& one : deliveries) waiting_[laneOf(one)].push_back(one);
  }
  /// While held, settle() waits; open() lets it go on.
  void hold() {
    std::lock_guard lock(mutex_);
    held_ = true;
  }
  void open() {
    std::lock_guard lock(mutex_);
    held_ = false;
    open_.notify_all();
  }
  template <class Read>
  auto read(Read&& read) {
    std::lock_guard lock(mutex_);
    return read(*this);
  }

  // Guarded by the mutex once a thread runs: read().
  int claims = 0;
  int looks = 0;
  int most_room = 0;
  int fail_claims = 0, fail_loads = 0, fail_settles = 0, fail_releases = 0, fail_parks = 0;
  std::vector<std::size_t> groups;
  std::vector<Settlement> settled;
  std::vector<ClaimedDelivery> released;
  std::vector<ClaimedDelivery> parked;
  LoadedNotification notification{{}, noon(), {}};

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  bool held_ = false;
  std::map<Lane, std::vector<ClaimedDelivery>> waiting_;

  void beginClaim() {
    ++claims;
    if (fail_claims-- > 0) throw StoreUnavailable("away");
  }
  ClaimedWork work(const ClaimedDelivery& claim) {
    const bool loaded = fail_loads-- <= 0;
    return {claim, loaded ? ClaimedWork::Content::loaded : ClaimedWork::Content::not_loaded,
            loaded ? notification : LoadedNotification{}};
  }
};

/// Gives the slots that it has, and remembers what came of them. Thread-safe.
class FakeDispatch final : public Dispatch {
 public:
  ClaimTerms terms() const override { return {tenantNumber(9).value, 60s}; }
  int reserve(Priority, int wanted) override {
    std::lock_guard lock(mutex_);
    const int given = std::min(wanted, slots);
    slots -= given;
    return given;
  }
  void giveBack(Priority, int count) override {
    std::lock_guard lock(mutex_);
    slots += count;
  }
  void begin(std::vector<HandedOver> deliveries, std::chrono::steady_clock::time_point) override {
    std::lock_guard lock(mutex_);
    std::move(deliveries.begin(), deliveries.end(), std::back_inserter(begun));
  }
  void release(std::vector<ClaimedDelivery> claims) override {
    std::lock_guard lock(mutex_);
    slots += static_cast<int>(claims.size());
    released.insert(released.end(), claims.begin(), claims.end());
  }
  void queued(std::vector<ReadyDelivery> deliveries) override {
    std::lock_guard lock(mutex_);
    ++wakes;
    waiting.insert(waiting.end(), deliveries.begin(), deliveries.end());
  }
  void scheduled() override {
    std::lock_guard lock(mutex_);
    ++later;
  }
  template <class Read>
  auto read(Read&& read) {
    std::lock_guard lock(mutex_);
    return read(*this);
  }

  // Guarded by the mutex once a thread runs: read().
  int slots = 0;
  int wakes = 0, later = 0;
  std::vector<HandedOver> begun;
  std::vector<ClaimedDelivery> released;
  std::vector<ReadyDelivery> waiting;

 private:
  std::mutex mutex_;
};

/// One tenant "acme" with what is configured here.
class FakeCatalogue final : public CatalogueStore {
 public:
  FakeCatalogue() {
    tenant.id = tenantNumber(1);
    tenant.slug = "acme";
    tenant.name = "Acme";
    tenant.auth = {"apikey"};
  }
  std::vector<Tenant> tenants() override { return {tenant}; }
  std::vector<ProviderInstance> providers() override { return instances; }
  std::optional<Tenant> createTenant(const std::string&, const std::string&, const std::vector<std::string>&) override {
    return std::nullopt;
  }
  TenantId reconcile(const Tenant&, std::vector<ProviderInstance>) override { return tenant.id; }
  bool createProvider(ProviderInstance instance) override {
    if (find(instance.slug) != nullptr) return false;
    instance.id.value.bytes.fill(static_cast<std::uint8_t>(100 + instances.size()));
    instances.push_back(std::move(instance));
    return true;
  }
  bool changeProvider(const ProviderInstance& instance) override {
    auto* found = find(instance.slug);
    if (found != nullptr) *found = instance;
    return found != nullptr;
  }
  bool removeProvider(TenantId, ProviderId id) override {
    return std::erase_if(instances, [&](const auto& row) { return row.id == id; }) > 0;
  }
  ProviderInstance* find(const std::string& slug) {
    for (auto& row : instances)
      if (row.slug == slug) return &row;
    return nullptr;
  }

  ProviderInstance& add(const std::string& slug, Channel channel = Channel::email) {
    ProviderInstance instance{};
    instance.tenant = tenant.id;
    instance.id.value.bytes.fill(static_cast<std::uint8_t>(100 + instances.size()));
    instance.slug = slug;
    instance.plugin = "smtp";
    instance.channel = channel;
    instances.push_back(instance);
    return instances.back();
  }

  Tenant tenant;
  std::vector<ProviderInstance> instances;
};

/// Keeps the pauses of a test in memory.
class FakePauses final : public PauseStore {
 public:
  std::vector<QueuePause> all() override { return pauses; }
  std::vector<QueuePause> of(TenantId) override { return pauses; }
  bool add(const QueuePause& pause, const AuditEntry& audit) override {
    for (const auto& one : pauses)
      if (one.scope == pause.scope && one.drain == pause.drain) return false;
    pauses.push_back(pause);
    audited.push_back(audit);
    return true;
  }
  std::vector<QueuePause> remove(TenantId, const PauseScope& scope, const AuditOf& audit) override {
    std::vector<QueuePause> ended;
    for (const auto& one : pauses)
      if (one.scope == scope) ended.push_back(one);
    std::erase_if(pauses, [&](const auto& one) { return one.scope == scope; });
    if (!ended.empty()) audited.push_back(audit(ended));
    return ended;
  }
  bool anyLeft(TenantId, std::optional<Channel>) override { return any_left; }

  void hold(const PauseScope& scope, bool drain = false) {
    pauses.push_back({{}, tenantNumber(1), drain, scope, "test", "key:test", noon()});
  }

  std::vector<QueuePause> pauses;
  std::vector<AuditEntry> audited;
  bool any_left = true;
};

/// Answers each message by `answer`, on the caller's thread, or keeps it for later. Thread-safe.
class FakeChannel final : public ChannelInstance {
 public:
  bool simulated() const override { return simulates; }
  ChannelCertainty certainty() const override { return trusted; }
  void send(std::shared_ptr<const OutgoingMessage> message, std::function<void(SendOutcome)> done) override {
    std::function<SendOutcome(const OutgoingMessage&)> reply;
    {
      std::lock_guard lock(mutex_);
      messages.push_back(message);
      reply = answer;
      if (!reply) waiting.push_back(done);
    }
    if (reply) done(reply(*message));
  }
  void receive(std::shared_ptr<const RawCallback> callback, std::chrono::steady_clock::time_point,
               std::function<void(CallbackOutcome)> done) override {
    done(on_callback ? on_callback(*callback) : CallbackOutcome{204, {}, {}, {}, {}, {}});
  }
  void probe(std::chrono::steady_clock::time_point, std::function<void(SendOutcome)> done) override {
    done(on_probe ? on_probe() : SendOutcome{Outcome::accepted, {}, {}, {}, {}, {}});
  }
  void lookUp(StatusQuery query, std::chrono::steady_clock::time_point,
              std::function<void(StatusOutcome)> done) override {
    done(on_look_up ? on_look_up(query) : StatusOutcome{});
  }
  SendPreview preview(std::shared_ptr<const OutgoingMessage> message) override {
    return {R"([{"kind":"fake","to":")" + message->to + R"("}])", {}};
  }

  /// Answers what waits and returns how many.
  std::size_t answerAll(SendOutcome outcome) {
    std::vector<std::function<void(SendOutcome)>> now;
    {
      std::lock_guard lock(mutex_);
      now.swap(waiting);
    }
    for (auto& done : now) done(outcome);
    return now.size();
  }
  /// Answers what has waited the longest.
  void answerOne(const SendOutcome& outcome) {
    std::function<void(SendOutcome)> done;
    {
      std::lock_guard lock(mutex_);
      done = std::move(waiting.front());
      waiting.erase(waiting.begin());
    }
    done(outcome);
  }
  std::size_t count() {
    std::lock_guard lock(mutex_);
    return messages.size();
  }

  bool simulates = false;
  ChannelCertainty trusted;
  std::function<SendOutcome(const OutgoingMessage&)> answer;
  std::function<CallbackOutcome(const RawCallback&)> on_callback;
  std::function<SendOutcome()> on_probe;
  std::function<StatusOutcome(const StatusQuery&)> on_look_up;
  std::vector<std::shared_ptr<const OutgoingMessage>> messages;
  std::vector<std::function<void(SendOutcome)>> waiting;

 private:
  std::mutex mutex_;
};

class FakePlugins final : public ChannelPlugins {
 public:
  std::vector<PluginInfo> plugins() const override { return {}; }
  const PluginInfo* find(const std::string&) const override { return nullptr; }
  std::vector<std::string> faults(const ProviderInstance&) const override { return wrong; }
  Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance& instance) override {
    ++created;
    if (auto refused = refusals.find(instance.slug); refused != refusals.end()) return failure(refused->second);
    return std::shared_ptr<ChannelInstance>(channel);
  }

  std::shared_ptr<FakeChannel> channel = std::make_shared<FakeChannel>();
  std::map<std::string, std::string> refusals;
  std::vector<std::string> wrong;
  int created = 0;
};

class FakeTemplates final : public TemplateStore {
 public:
  std::optional<Template> create(TenantId, const Template&) override { return std::nullopt; }
  std::optional<int> addVersion(TenantId, const std::string&, const TemplateVersion&) override { return std::nullopt; }
  bool publish(TenantId, const std::string&, int) override { return false; }
  std::optional<Template> get(TenantId, const std::string&) override { return std::nullopt; }
  std::vector<Template> list(TenantId, const std::string&, int) override { return {}; }
  std::optional<ResolvedTemplate> resolve(TenantId, const std::string& key, std::optional<int>,
                                          const std::string&) override {
    ++resolved;
    if (trouble) trouble();
    auto found = templates.find(key);
    return found == templates.end() ? std::nullopt : std::optional(found->second);
  }
  void reconcile(TenantId, const Template&) override {}

  std::map<std::string, ResolvedTemplate> templates;
  std::function<void()> trouble;
  int resolved = 0;
};

/// "Renders" by putting the data behind the text; a text "bad" does not compile, a text "fails" does not render.
class FakeEngines final : public TemplateEngines {
 public:
  bool has(const std::string& engine) const override { return engine == "fake"; }
  std::vector<std::string> names() const override { return {"fake"}; }
  Result<std::shared_ptr<const CompiledTemplate>, TemplateError> compile(
      const std::string&, const std::string&, std::string_view text, Escape escape,
      const std::vector<std::pair<std::string, std::string>>&) override {
    ++compiled;
    if (text == "bad") return failure(TemplateError{3, 7, "is bad", false});
    return std::shared_ptr<const CompiledTemplate>(std::make_shared<Made>(std::string(text), escape));
  }
  int compiled = 0;

 private:
  struct Made final : CompiledTemplate {
    Made(std::string t, Escape e) : text(std::move(t)), escape(e) {}
    Result<std::string, TemplateError> render(std::string_view data_json) const override {
      if (text == "fails") return failure(TemplateError{0, 0, "fails", true});
      return text + (escape == Escape::html ? " html " : " plain ") + std::string(data_json);
    }
    std::vector<std::string> variables() const override { return {}; }
    std::string text;
    Escape escape;
  };
};

}  // namespace belfry::test
