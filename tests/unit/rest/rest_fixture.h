// A RestApi on stores that are plain containers, asked without a socket.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>
#include <map>
#include <memory>
#include <mutex>

#include "api/rest/problem_json.h"
#include "api/rest/rest_api.h"
#include "kit/json.h"
#include "ports/store_error.h"
#include "services/tenants/directory.h"

namespace belfry::test {

/// Two tenants: `default` and `acme`.
class HeldCatalogue final : public CatalogueStore {
 public:
  HeldCatalogue() {
    for (const auto* slug : {"default", "acme"}) rows.push_back(tenant(slug));
  }
  std::vector<Tenant> tenants() override { return rows; }
  std::vector<ProviderInstance> providers() override { return {}; }
  std::optional<Tenant> createTenant(const std::string& slug, const std::string&,
                                     const std::vector<std::string>&) override {
    for (const auto& row : rows)
      if (row.slug == slug) return std::nullopt;
    rows.push_back(tenant(slug));
    return rows.back();
  }
  TenantId reconcile(const Tenant&, std::vector<ProviderInstance>) override {
    throw StoreRejected("not asked for here");
  }
  bool createProvider(ProviderInstance) override { throw StoreRejected("not asked for here"); }
  bool changeProvider(const ProviderInstance&) override { throw StoreRejected("not asked for here"); }
  bool removeProvider(TenantId, ProviderId) override { throw StoreRejected("not asked for here"); }

  std::vector<Tenant> rows;

 private:
  static Tenant tenant(const std::string& slug) {
    Tenant row{};
    row.id = TenantId::mint(SystemClock().now());
    row.slug = slug;
    row.name = slug;
    row.auth = {"test"};
    return row;
  }
};

class NoPlugins final : public ChannelPlugins {
 public:
  std::vector<PluginInfo> plugins() const override { return {}; }
  const PluginInfo* find(const std::string&) const override { return nullptr; }
  std::vector<std::string> faults(const ProviderInstance&) const override { return {}; }
  Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance&) override {
    return failure(std::string("none"));
  }
};

/// A credential's text is `tenant/role`, or `tenant/role/user` of an end user; `away` cannot be looked up.
class TextCredentials final : public Authenticators {
 public:
  std::vector<std::string> names() const override { return {"test"}; }
  bool has(const std::string& plugin) const override { return plugin == "test"; }
  AuthOutcome authenticate(const std::string&, const PresentedCredential& credential) override {
    if (credential.value == "away") throw StoreUnavailable("connection to server on socket \"/secret/path\" failed");
    const auto slash = credential.value.find('/');
    if (slash == std::string::npos) return AuthRefused{"invalid_key", "The key is not valid."};
    auto role = credential.value.substr(slash + 1);
    std::string subject = "key:test";
    if (const auto user = role.find('/'); user != std::string::npos) {
      subject = "user:" + role.substr(user + 1);
      role.resize(user);
    }
    return Claims{credential.value.substr(0, slash), subject, {role}, {}, {}};
  }
};

class HeldKeys final : public IdempotencyStore {
 public:
  IdempotencyStart begin(TenantId tenant, const Digest256& key, const Digest256& request, Duration,
                         TimePoint) override {
    std::lock_guard lock(mutex);
    auto [row, fresh] = rows.try_emplace({tenant, key}, Row{request, std::nullopt});
    if (fresh) return IdempotencyBegun{};
    if (row->second.request != request) return IdempotencyMismatch{};
    if (!row->second.answer) return IdempotencyInProgress{};
    return *row->second.answer;
  }
  void finish(TenantId tenant, const Digest256& key, const Uuid&, int status, const std::string& body) override {
    std::lock_guard lock(mutex);
    if (fail_finish) throw StoreUnavailable("gone");
    rows.at({tenant, key}).answer = Replayed{status, body};
  }
  void abandon(TenantId tenant, const Digest256& key, const Uuid&) override {
    std::lock_guard lock(mutex);
    rows.erase({tenant, key});
  }

  struct Row {
    Digest256 request;
    std::optional<Replayed> answer;
  };
  std::mutex mutex;
  std::map<std::pair<TenantId, Digest256>, Row> rows;
  bool fail_finish = false;
};

class AwaitedResponder final : public Responder {
 public:
  void send(HttpResponse response) override {
    std::lock_guard lock(mutex_);
    if (std::exchange(sent_, true)) return;
    promise_.set_value(std::move(response));
  }
  void handOver(Takeover) override {}
  /// Fails the test when no answer comes.
  HttpResponse wait() {
    auto future = promise_.get_future();
    if (future.wait_for(std::chrono::seconds(30)) == std::future_status::ready) return future.get();
    ADD_FAILURE() << "no answer came";
    return {};
  }

 private:
  std::mutex mutex_;
  bool sent_ = false;
  std::promise<HttpResponse> promise_;
};

inline HttpRequest request(std::string method, std::string path, std::string body = {}) {
  HttpRequest made;
  made.method = std::move(method);
  made.target = made.path = path;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = path.find('/', at + 1);
    made.segments.push_back(path.substr(at + 1, end == std::string::npos ? end : end - at - 1));
    at = end == std::string::npos ? path.size() : end;
  }
  if (!body.empty()) {
    made.headers.add("Content-Type", "application/json");
    made.headers.add("Content-Length", std::to_string(body.size()));
  }
  made.body = std::move(body);
  made.request_id = "request-1";
  return made;
}

inline HttpRequest with(HttpRequest made, std::string name, std::string value) {
  made.headers.add(std::move(name), std::move(value));
  return made;
}

class RestFixture : public testing::Test {
 protected:
  RestFixture() : null_(::open("/dev/null", O_WRONLY)), log(null_) { directory.reload(); }
  ~RestFixture() override {
    api.reset();
    ::close(null_);
  }

  void start(Router router, RestSettings settings = {}) {
    api = std::make_unique<RestApi>(std::move(router), authentication, idempotency, clock, log, settings);
    api->start();
  }

  /// What the edge does: the body is only handed over when the head was let through.
  HttpResponse ask(HttpRequest asked) {
    auto head = asked;
    head.body.clear();
    if (auto preview = api->preview(head); preview.refusal) return *preview.refusal;
    auto responder = std::make_shared<AwaitedResponder>();
    api->handle(std::move(asked), responder);
    return responder->wait();
  }

  static std::string member(const HttpResponse& response, const char* name) {
    const auto json = parseJson(response.body);
    if (!json || !json->IsObject() || !json->HasMember(name) || !(*json)[name].IsString()) return "";
    return std::string(asView((*json)[name]));
  }
  static std::string code(const HttpResponse& response) { return member(response, "code"); }

 private:
  int null_;

 protected:
  Log log;
  SystemClock clock;
  HeldCatalogue catalogue;
  NoPlugins plugins;
  Directory directory{catalogue, plugins, log};
  TextCredentials authenticators;
  Authentication authentication{authenticators, directory, clock, AuthenticationSettings{std::chrono::seconds(0)}};
  HeldKeys idempotency;
  std::unique_ptr<RestApi> api;
};

}  // namespace belfry::test
