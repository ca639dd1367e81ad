#include "api/rest/rest_api.h"

#include <gtest/gtest.h>
#include <thread>

#include <atomic>
#include <future>

#include "unit/rest/rest_fixture.h"

namespace belfry {
namespace {

using test::AwaitedResponder;
using test::request;
using test::with;

class RestApiTest : public test::RestFixture {
 protected:
  Router someRouter() {
    Router router;
    router.add(lists("/list", Scope::templates_read, [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
    router.add(reads("/tenant", Scope::notifications_read, [](const Call& call) -> Answer {
      return jsonResponse(200, "{\"t\":\"" + call.caller.tenant_slug + "\"}");
    }));
    router.add(takes("/things", Scope::templates_write, 1000, [this](const Call&) -> Answer {
      return jsonResponse(201, "{\"n\":" + std::to_string(++made) + "}");
    }));
    router.add(takes("/refused", Scope::templates_write, 1000, [this](const Call&) -> Answer {
      ++made;
      return failure(Problem{ErrorCode::conflict, "no", {}, 0});
    }));
    router.add(acts("/act", Scope::templates_write, [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
    router.add(takes("/away", Scope::templates_write, 1000,
                     [](const Call&) -> Answer { throw StoreUnavailable("socket /secret/path"); }));
    router.add(takes("/broken", Scope::templates_write, 1000,
                     [](const Call&) -> Answer { throw StoreRejected("column secret"); }));
    router.add(shows("/open", [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
    return router;
  }

  HttpRequest asAdmin(HttpRequest asked) { return with(std::move(asked), "X-API-Key", "default/platform-admin"); }

  std::atomic<int> made = 0;
};

TEST_F(RestApiTest, UnknownPathIs404BeforeTheBody) {
  start(someRouter());
  const auto answer = ask(asAdmin(request("POST", "/nowhere", "{}")));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(code(answer), "not_found");
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(member(answer, "requestId"), "request-1");
  EXPECT_EQ(member(answer, "type"), "https://belfry.dev/errors/not-found");
}

TEST_F(RestApiTest, WrongMethodIs405WithAllow) {
  start(someRouter());
  const auto answer = ask(asAdmin(request("PUT", "/things", "{}")));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("Allow"), "POST");
}

TEST_F(RestApiTest, OtherContentTypesAre415) {
  start(someRouter());
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""}) {
    auto asked = asAdmin(request("POST", "/things"));
    if (*type) asked.headers.add("Content-Type", type);
    const auto answer = ask(asked);
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_NE(member(answer, "detail").find("application/json"), std::string::npos);
  }
  EXPECT_EQ(ask(with(asAdmin(request("POST", "/things")), "Content-Type", "Application/JSON; charset=UTF-8")).status,
            201);
}

TEST_F(RestApiTest, TheOperationSaysHowLargeABodyMayBe) {
  RestSettings settings;
  settings.max_body_bytes = 500;
  start(someRouter(), settings);
  EXPECT_EQ(api->preview(asAdmin(request("POST", "/things", "{}"))).max_body, 500u);
  EXPECT_EQ(api->preview(asAdmin(request("GET", "/list"))).max_body, 0u);
  EXPECT_TRUE(api->preview(asAdmin(request("POST", "/act"))).body_optional);
  EXPECT_FALSE(api->preview(asAdmin(request("POST", "/things", "{}"))).body_optional);
}

TEST_F(RestApiTest, WithoutCredential401) {
  start(someRouter());
  for (const auto& asked : {request("GET", "/list"), with(request("GET", "/list"), "Authorization", "Basic YTpi"),
                            with(request("GET", "/list"), "X-API-Key", "nonsense"),
                            with(with(request("GET", "/list"), "X-API-Key", "a"), "Authorization", "Bearer a")}) {
    const auto answer = ask(asked);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(code(answer), "unauthenticated");
    EXPECT_EQ(answer.headers.get("WWW-Authenticate"), "Bearer realm=\"belfry\"");
  }
  EXPECT_EQ(ask(with(request("GET", "/list"), "Authorization", "bearer default/platform-admin")).status, 200);
  EXPECT_EQ(ask(request("GET", "/open")).status, 200);
}

TEST_F(RestApiTest, AMissingScopeIsNamed) {
  start(someRouter());
  const auto answer = ask(with(request("POST", "/things", "{}"), "X-API-Key", "acme/notification-viewer"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(member(answer, "detail").find("templates:write"), std::string::npos);
  EXPECT_EQ(made, 0);
}

TEST_F(RestApiTest, OnlyThePlatformAdminActsOnAnotherTenant) {
  start(someRouter());
  EXPECT_EQ(member(ask(asAdmin(request("GET", "/tenant"))), "t"), "default");
  EXPECT_EQ(member(ask(with(asAdmin(request("GET", "/tenant")), "X-Tenant", "acme")), "t"), "acme");
  EXPECT_EQ(ask(with(asAdmin(request("GET", "/tenant")), "X-Tenant", "nobody")).status, 404);
  EXPECT_EQ(ask(with(asAdmin(request("GET", "/tenant")), "X-Tenant", "No Body")).status, 400);
  EXPECT_EQ(
      ask(with(with(request("GET", "/tenant"), "X-API-Key", "acme/notification-viewer"), "X-Tenant", "default")).status,
      403);
}

TEST_F(RestApiTest, UnknownQueryParametersAre422) {
  start(someRouter());
  auto asked = asAdmin(request("GET", "/tenant"));
  asked.query.push_back({"limit", "5"});
  const auto answer = ask(asked);
  EXPECT_EQ(answer.status, 422);
  EXPECT_NE(answer.body.find("\"?limit\""), std::string::npos);
}

TEST_F(RestApiTest, AnActionTakesNoFields) {
  start(someRouter());
  EXPECT_EQ(ask(asAdmin(request("POST", "/act"))).status, 200);
  EXPECT_EQ(ask(asAdmin(request("POST", "/act", "{}"))).status, 200);
  EXPECT_EQ(ask(asAdmin(request("POST", "/act", R"({"a": 1})"))).status, 422);
  EXPECT_EQ(ask(asAdmin(request("POST", "/act", "nonsense"))).status, 400);
}

TEST_F(RestApiTest, ARepeatWithItsKeyIsReplayed) {
  start(someRouter());
  const auto asked = with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", "k-1");
  const auto first = ask(asked);
  const auto again = ask(asked);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.headers.get("Idempotency-Replayed"), "");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(made, 1);
}

TEST_F(RestApiTest, AKeyForAnotherRequestIs422) {
  start(someRouter());
  ask(with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", "k-1"));
  const auto answer = ask(with(asAdmin(request("POST", "/things", R"({"a":1})")), "Idempotency-Key", "k-1"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(code(answer), "idempotency_mismatch");
}

TEST_F(RestApiTest, AKeyInUseIs409WithRetryAfter) {
  start(someRouter());
  const auto asked = with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", "k-1");
  idempotency.fail_finish = true;
  EXPECT_EQ(ask(asked).status, 201);
  const auto answer = ask(asked);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(code(answer), "idempotency_in_progress");
  EXPECT_EQ(answer.headers.get("Retry-After"), "1");
  EXPECT_EQ(made, 1);
}

TEST_F(RestApiTest, ARefusedRequestFreesItsKey) {
  start(someRouter());
  const auto asked = with(asAdmin(request("POST", "/refused", "{}")), "Idempotency-Key", "k-1");
  EXPECT_EQ(ask(asked).status, 409);
  EXPECT_EQ(ask(asked).status, 409);
  EXPECT_EQ(made, 2);
  EXPECT_TRUE(idempotency.rows.empty());
}

TEST_F(RestApiTest, TenantsHaveKeysOfTheirOwn) {
  start(someRouter());
  const auto asked = with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", "k-1");
  EXPECT_EQ(ask(asked).body, R"({"n":1})");
  EXPECT_EQ(ask(with(asked, "X-Tenant", "acme")).body, R"({"n":2})");
}

TEST_F(RestApiTest, KeysAreVisibleAsciiOf1To255) {
  start(someRouter());
  for (const auto& bad : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("\xc3\xa4")}) {
    const auto answer = ask(with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", bad));
    EXPECT_EQ(answer.status, 400) << bad;
    EXPECT_NE(member(answer, "detail").find("Idempotency-Key"), std::string::npos);
  }
  EXPECT_EQ(ask(with(asAdmin(request("POST", "/things", "{}")), "Idempotency-Key", std::string(255, 'k'))).status, 201);
  EXPECT_EQ(made, 1);
}

TEST_F(RestApiTest, AStoreThatIsAwayIs503AndTellsNothing) {
  start(someRouter());
  for (const auto& asked :
       {asAdmin(request("POST", "/away", "{}")), with(request("GET", "/list"), "X-API-Key", "away")}) {
    const auto answer = ask(asked);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(code(answer), "overloaded");
    EXPECT_EQ(answer.headers.get("Retry-After"), "2");
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  }
}

TEST_F(RestApiTest, AFailureIs500AndTellsNothing) {
  start(someRouter());
  const auto answer = ask(asAdmin(request("POST", "/broken", "{}")));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(code(answer), "internal");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(member(answer, "requestId"), "request-1");
}

TEST_F(RestApiTest, AnOutcomeThatNobodyKnowsKeepsItsKey) {
  start(someRouter());
  const auto asked = with(asAdmin(request("POST", "/away", "{}")), "Idempotency-Key", "k-1");
  EXPECT_EQ(ask(asked).status, 503);
  EXPECT_EQ(code(ask(asked)), "idempotency_in_progress");
}

TEST_F(RestApiTest, AFullQueueIs503WhileLiveStillAnswers) {
  std::promise<void> entered, open;
  auto opened = open.get_future().share();
  Router router;
  router.add(reads("/wait", Scope::templates_read, [&](const Call&) -> Answer {
    entered.set_value();
    opened.wait();
    return jsonResponse(200, "{}");
  }));
  router.add(reads("/next", Scope::templates_read, [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
  router.add(shows("/live", [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
  RestSettings settings;
  settings.worker_threads = 1;
  settings.queue_limit = 1;
  start(std::move(router), settings);

  auto running = std::make_shared<AwaitedResponder>();
  api->handle(asAdmin(request("GET", "/wait")), running);
  entered.get_future().wait();
  auto queued = std::make_shared<AwaitedResponder>();
  api->handle(asAdmin(request("GET", "/next")), queued);
  const auto refused = ask(asAdmin(request("GET", "/next")));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(code(refused), "overloaded");
  EXPECT_EQ(refused.headers.get("Retry-After"), "1");
  EXPECT_EQ(ask(request("GET", "/live")).status, 200);
  open.set_value();
  EXPECT_EQ(running->wait().status, 200);
  EXPECT_EQ(queued->wait().status, 200);
}

TEST_F(RestApiTest, StopAnswersWhatIsQueued) {
  start(someRouter());
  std::vector<std::shared_ptr<AwaitedResponder>> responders;
  for (int i = 0; i < 50; ++i) {
    responders.push_back(std::make_shared<AwaitedResponder>());
    api->handle(asAdmin(request("GET", "/list")), responders.back());
  }
  api->stop();
  for (auto& responder : responders) EXPECT_EQ(responder->wait().status, 200);
  EXPECT_EQ(ask(asAdmin(request("GET", "/list"))).status, 503);
}

TEST_F(RestApiTest, ALaterAnswerHoldsNoThread) {
  Reply kept;
  std::promise<void> called;
  Router router;
  Operation later = takes("/later", Scope::templates_write, 1000, {});
  later.answer = AnswerLater([&](const Call&, Reply reply) {
    kept = std::move(reply);
    called.set_value();
  });
  router.add(std::move(later));
  router.add(reads("/next", Scope::templates_read, [](const Call&) -> Answer { return jsonResponse(200, "{}"); }));
  RestSettings settings;
  settings.worker_threads = 1;
  start(std::move(router), settings);
  auto responder = std::make_shared<AwaitedResponder>();
  api->handle(asAdmin(request("POST", "/later", "{}")), responder);
  called.get_future().wait();
  EXPECT_EQ(ask(asAdmin(request("GET", "/next"))).status, 200);
  kept(jsonResponse(202, "{}"));
  EXPECT_EQ(responder->wait().status, 202);
}

TEST_F(RestApiTest, ALaterAnswerIsKeptUnderItsKey) {
  int calls = 0;
  Router router;
  Operation later = takes("/later", Scope::templates_write, 1000, {});
  later.answer = AnswerLater([&](const Call&, Reply reply) {
    ++calls;
    std::thread([reply = std::move(reply)] { reply(jsonResponse(200, R"({"n":1})")); }).detach();
  });
  router.add(std::move(later));
  start(std::move(router), {});
  const auto asked = with(asAdmin(request("POST", "/later", "{}")), "Idempotency-Key", "k-1");
  EXPECT_EQ(ask(asked).headers.get("Idempotency-Replayed"), "");
  const auto again = ask(asked);
  EXPECT_EQ(again.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body, R"({"n":1})");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace belfry
