// From the edge to the answer: what is stored when, what is answered, and what happens when nothing answers.
#include "services/callbacks/callbacks.h"

#include <future>

#include "unit/services/fakes.h"

namespace belfry::test {
namespace {

class HeldCallbacks final : public CallbackStore {
 public:
  void store(std::span<const StoredCallback> group) override {
    std::lock_guard lock(mutex);
    if (away) throw StoreUnavailable("away");
    for (const auto& one : group)
      if (one.raw.body == "bad row") throw StoreRejected("bad row");
    rows.insert(rows.end(), group.begin(), group.end());
  }
  void finish(TenantId, CallbackId, const CallbackEnd& end) override {
    std::lock_guard lock(mutex);
    if (away) throw StoreUnavailable("away");
    ends.push_back(end);
  }
  std::vector<StoredCallback> takeLeft(Duration, int, int) override {
    std::lock_guard lock(mutex);
    return std::exchange(left, {});
  }
  std::optional<CallbackView> get(TenantId, CallbackId id) override {
    CallbackView view{};
    view.id = id;
    view.state = CallbackState::processed;
    return view;
  }
  std::vector<CallbackView> list(TenantId, const CallbackFilter&, std::optional<CallbackId>, int) override {
    return {};
  }
  std::optional<StoredCallback> reopen(TenantId, CallbackId) override {
    return rows.empty() ? std::nullopt : std::optional(rows.front());
  }
  int reopenAll(TenantId, const CallbackFilter&, int, bool) override { return 0; }
  int prune(std::chrono::hours, int) override { return 0; }

  std::mutex mutex;
  bool away = false;
  std::vector<StoredCallback> rows, left;
  std::vector<CallbackEnd> ends;
};

class HeldReceipts final : public ReceiptStore {
 public:
  std::vector<ReceiptOutcome> apply(const ReceiptGroup& group, const Judge&) override {
    if (away) throw StoreUnavailable("away");
    groups.push_back(group);
    return std::vector<ReceiptOutcome>(group.receipts.size(), {ReceiptResult::applied, ""});
  }
  std::vector<ReceiptGroup> releasable(int) override { return std::exchange(waiting, {}); }
  int expireParked(int) override { return 0; }
  int pruneKeys(int) override { return 0; }
  int pruneMessageIds(int) override { return 0; }
  std::optional<SentDelivery> find(TenantId, DeliveryId) override { return std::nullopt; }
  Digest256 addressHash(TenantId, Channel, const std::string&) override { return {}; }

  bool away = false;
  std::vector<ReceiptGroup> groups, waiting;
};

/// Keeps what it is asked, and answers when told.
class SlowChannel final : public ChannelInstance {
 public:
  bool simulated() const override { return false; }
  void receive(std::shared_ptr<const RawCallback>, std::chrono::steady_clock::time_point,
               std::function<void(CallbackOutcome)> done) override {
    std::lock_guard lock(mutex);
    waiting.push_back(std::move(done));
  }
  void probe(std::chrono::steady_clock::time_point, std::function<void(SendOutcome)>) override {}
  void lookUp(StatusQuery, std::chrono::steady_clock::time_point, std::function<void(StatusOutcome)>) override {}
  SendPreview preview(std::shared_ptr<const OutgoingMessage>) override { return {}; }
  void send(std::shared_ptr<const OutgoingMessage>, std::function<void(SendOutcome)>) override {}
  std::size_t count() {
    std::lock_guard lock(mutex);
    return waiting.size();
  }

  std::mutex mutex;
  std::vector<std::function<void(CallbackOutcome)>> waiting;
};

class OnePlugin final : public ChannelPlugins {
 public:
  std::vector<PluginInfo> plugins() const override { return {}; }
  const PluginInfo* find(const std::string&) const override { return nullptr; }
  std::vector<std::string> faults(const ProviderInstance&) const override { return {}; }
  Result<std::shared_ptr<ChannelInstance>, std::string> create(const ProviderInstance&) override {
    if (!channel) return failure(std::string("no secret"));
    return channel;
  }
  std::shared_ptr<ChannelInstance> channel;
};

class CallbacksTest : public ::testing::Test {
 protected:
  CallbacksTest() {
    catalogue.add("mail").callback_id = "secret";
    plugins.channel = fake;
  }

  void begin(std::shared_ptr<ChannelInstance> channel, CallbackSettings settings = {}) {
    plugins.channel = std::move(channel);
    directory = std::make_unique<Directory>(catalogue, plugins, silentLog());
    directory->reload();
    receipts = std::make_unique<Receipts>(
        receipt_store, *directory, silentLog(), [](const auto&) {}, ReceiptSettings{});
    callbacks = std::make_unique<Callbacks>(
        store, *receipts, *directory, silentLog(),
        [this](const std::string&, std::string_view result) {
          std::lock_guard lock(store.mutex);
          seen.emplace_back(result);
        },
        settings);
    callbacks->start();
  }

  static RawCallback raw(const std::string& body = "{}") {
    RawCallback made;
    made.method = "POST";
    made.body = body;
    made.received_at = noon();
    return made;
  }
  using Answered = Result<CallbackReply, Problem>;
  std::future<Answered> receive(const std::string& plugin = "smtp", const std::string& id = "secret",
                                const std::string& body = "{}") {
    auto promise = std::make_shared<std::promise<Answered>>();
    callbacks->receive(plugin, id, raw(body), [promise](Answered answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  static CallbackOutcome outcome(int status, std::vector<Receipt> receipts = {}, const std::string& code = "") {
    return {status, {{"x-plugin", "yes"}}, "body", std::move(receipts), code, "detail"};
  }
  static Receipt delivered() {
    Receipt made{};
    made.type = ReceiptType::delivered;
    return made;
  }

  FakeCatalogue catalogue;
  OnePlugin plugins;
  std::shared_ptr<FakeChannel> fake = std::make_shared<FakeChannel>();
  HeldCallbacks store;
  HeldReceipts receipt_store;
  std::vector<std::string> seen;  // guarded by store.mutex
  std::unique_ptr<Directory> directory;
  std::unique_ptr<Receipts> receipts;
  std::unique_ptr<Callbacks> callbacks;
};

TEST_F(CallbacksTest, IsStoredBeforeThePluginSeesItAndAnsweredByThePlugin) {
  fake->on_callback = [&](const RawCallback& seen_by_plugin) {
    EXPECT_EQ(store.rows.size(), 1u);
    EXPECT_EQ(seen_by_plugin.received_at, noon());
    return outcome(202, {delivered()});
  };
  begin(fake);
  auto answer = receive().get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->body, "body");
  ASSERT_THAT(receipt_store.groups, SizeIs(1));
  EXPECT_EQ(receipt_store.groups[0].provider, "mail");
  EXPECT_EQ(receipt_store.groups[0].callback, store.rows[0].id);
}

TEST_F(CallbacksTest, AnAddressThatIsNoneIsNotFoundAndNothingIsStored) {
  begin(fake);
  EXPECT_EQ(receive("smtp", "guess").get().error().code, ErrorCode::not_found);
  EXPECT_EQ(receive("twilio", "secret").get().error().code, ErrorCode::not_found);
  EXPECT_EQ(receive("smtp", "guess").get().error().detail, receive("twilio", "secret").get().error().detail);
  EXPECT_THAT(store.rows, IsEmpty());
}

TEST_F(CallbacksTest, WhatThePluginRefusesIsKeptWithItsReason) {
  fake->on_callback = [](const RawCallback&) { return outcome(403, {delivered()}, "bad_signature"); };
  begin(fake);
  EXPECT_EQ(receive().get()->status, 403);
  ASSERT_THAT(store.ends, SizeIs(1));
  EXPECT_EQ(store.ends[0].state, CallbackState::refused);
  EXPECT_EQ(store.ends[0].reason, "bad_signature");
  EXPECT_THAT(receipt_store.groups, IsEmpty()) << "receipts of a refused callback are not applied";
}

TEST_F(CallbacksTest, APluginThatFailsOrTalksNonsenseIsA500) {
  int status = 0;
  fake->on_callback = [&](const RawCallback&) { return outcome(status, {delivered()}); };
  begin(fake);
  for (int nonsense : {0, 99, 100, 600, -1}) {
    status = nonsense;
    EXPECT_EQ(receive().get().error().code, ErrorCode::internal);
    EXPECT_EQ(store.ends.back().state, CallbackState::failed);
    EXPECT_EQ(store.ends.back().reason, "plugin_error");
  }
  EXPECT_THAT(receipt_store.groups, IsEmpty());
}

TEST_F(CallbacksTest, AnInstanceThatCannotRunKeepsWhatComes) {
  begin(nullptr);
  EXPECT_EQ(receive().get().error().code, ErrorCode::internal);
  EXPECT_THAT(store.rows, SizeIs(1));
  EXPECT_EQ(store.ends.at(0).reason, "provider_not_running");
}

TEST_F(CallbacksTest, WhatCannotBeStoredIsNotAcknowledged) {
  store.away = true;
  begin(fake);
  auto answer = receive().get();
  EXPECT_EQ(answer.error().code, ErrorCode::overloaded);
  EXPECT_GT(answer.error().retry_after_s, 0);
}

TEST_F(CallbacksTest, OneThatTheDatabaseRefusesTakesNoOtherWithIt) {
  begin(fake);
  std::vector<std::future<Answered>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(receive("smtp", "secret", i == 7 ? "bad row" : "{}"));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().ok(), i != 7) << i;
}

TEST_F(CallbacksTest, WhatIsStoredIsAcknowledgedThoughItsReceiptsMustWaitForTheDatabase) {
  receipt_store.away = true;
  fake->on_callback = [](const RawCallback&) { return outcome(200, {delivered()}); };
  begin(fake);
  EXPECT_EQ(receive().get()->status, 200);
  EXPECT_THAT(store.ends, IsEmpty()) << "it stays received";
}

TEST_F(CallbacksTest, ASlowPluginIsAnsweredForAndWhatItSaysLaterStillCounts) {
  auto slow = std::make_shared<SlowChannel>();
  begin(slow, {20ms, 256});
  auto answer = receive();
  ASSERT_TRUE(waitUntil(10s, [&] {
    callbacks->answerOverdue();
    return answer.wait_for(0s) == std::future_status::ready;
  }));
  EXPECT_EQ(answer.get().error().code, ErrorCode::overloaded);
  ASSERT_TRUE(waitUntil(10s, [&] { return slow->count() == 1; }));
  slow->waiting[0](outcome(200));
  ASSERT_TRUE(waitUntil(10s, [&] {
    std::lock_guard lock(store.mutex);
    return store.ends.size() == 1;
  }));
  EXPECT_EQ(store.ends[0].state, CallbackState::processed);
}

TEST_F(CallbacksTest, OneInstanceGetsHalfTheRoomAndTheRestIsRefused) {
  auto slow = std::make_shared<SlowChannel>();
  begin(slow, {10s, 4});
  auto first = receive(), second = receive(), third = receive();
  EXPECT_EQ(third.get().error().code, ErrorCode::overloaded);
  ASSERT_TRUE(waitUntil(10s, [&] { return slow->count() == 2; }));
  for (auto& done : slow->waiting) done(outcome(200));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  auto fourth = receive();
  ASSERT_TRUE(waitUntil(10s, [&] { return slow->count() == 3; }));
  slow->waiting[2](outcome(200));
  EXPECT_TRUE(fourth.get());
}

TEST_F(CallbacksTest, WhatWasLeftBehindIsTakenUpAndAReplayTellsHowItEnded) {
  std::atomic<int> asked{0};
  fake->on_callback = [&](const RawCallback&) {
    ++asked;
    return outcome(200);
  };
  begin(fake);
  store.left = {{CallbackId::mint(noon()), catalogue.tenant.id, "mail", "smtp", raw()}};
  EXPECT_FALSE(callbacks->recoverLeft());
  ASSERT_TRUE(waitUntil(10s, [&] { return asked == 1; }));
  ASSERT_TRUE(receive().get());
  std::promise<Result<CallbackView, Problem>> replayed;
  callbacks->replay(catalogue.tenant.id, store.rows.at(0).id, [&](auto view) { replayed.set_value(std::move(view)); });
  EXPECT_EQ(replayed.get_future().get()->state, CallbackState::processed);
  EXPECT_EQ(asked, 3);
}

TEST_F(CallbacksTest, WhatAPluginSaysAfterTheEndIsDropped) {
  auto slow = std::make_shared<SlowChannel>();
  begin(slow);
  auto answer = receive();
  ASSERT_TRUE(waitUntil(10s, [&] { return slow->count() == 1; }));
  callbacks.reset();
  slow->waiting[0](outcome(200));
  EXPECT_THAT(store.ends, IsEmpty());
}

TEST_F(CallbacksTest, ParkedReceiptsOfAProviderThatIsGoneWait) {
  begin(fake);
  ReceiptGroup group{};
  group.tenant = catalogue.tenant.id;
  group.provider = "gone";
  group.receipts = {{delivered(), newUuidV7(noon()), false}};
  auto known = group;
  known.provider = "mail";
  receipt_store.waiting = {group, known};
  EXPECT_TRUE(receipts->releaseParked());
  ASSERT_THAT(receipt_store.groups, SizeIs(1));
  EXPECT_EQ(receipt_store.groups[0].provider, "mail");
  EXPECT_FALSE(receipts->releaseParked());
}

}  // namespace
}  // namespace belfry::test
