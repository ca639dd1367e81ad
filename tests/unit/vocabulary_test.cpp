// The vocabulary: words, aliases, the state machine, and that what is derived from the YAML is up to date.
#include "model/vocabulary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

namespace belfry {
namespace {

TEST(Vocabulary, EveryWordReadsBackAsItsValue) {
  for (const Channel value : allChannels()) EXPECT_EQ(parseChannel(toText(value)), value);
  for (const DeliveryState value : allDeliveryStates()) EXPECT_EQ(parseDeliveryState(toText(value)), value);
  for (const EventType value : allEventTypes()) EXPECT_EQ(parseEventType(toText(value)), value);
  for (const Scope value : allScopes()) EXPECT_EQ(parseScope(toText(value)), value);
  for (const ErrorCode value : allErrorCodes()) EXPECT_EQ(parseErrorCode(toText(value)), value);
  for (const PluginKind value : allPluginKinds()) EXPECT_EQ(parsePluginKind(toText(value)), value);
}

TEST(Vocabulary, AliasesAreUnderstoodAndNeverWritten) {
  EXPECT_EQ(parseChannel("fcm"), Channel::push);
  EXPECT_EQ(parseChannel("database"), Channel::inapp);
  EXPECT_EQ(parseChannel("in_app"), Channel::inapp);
  EXPECT_EQ(parsePriority("urgent"), Priority::critical);
  EXPECT_EQ(parsePriority("normal"), Priority::medium);
  EXPECT_EQ(toText(Channel::inapp), "inapp");
  EXPECT_EQ(toText(Priority::medium), "medium");
  EXPECT_EQ(allowedPriority(), "critical, high, medium, low");
}

TEST(Vocabulary, RefusesWhatIsNoWord) {
  for (const char* text : {"", "Email", "email ", "e-mail", "fax"}) EXPECT_FALSE(parseChannel(text)) << text;
  EXPECT_FALSE(parseChannel(std::string_view("email\0", 6)));
}

TEST(Vocabulary, NumbersAreStable) {
  EXPECT_EQ(toNumber(Priority::critical), 0);
  EXPECT_EQ(toNumber(Priority::low), 3);
  EXPECT_EQ(priorityFromNumber(2), Priority::medium);
  EXPECT_FALSE(priorityFromNumber(4));
  EXPECT_FALSE(priorityFromNumber(-1));
  // The plugin ABI carries these; they never change.
  const std::map<Outcome, int> abi = {{Outcome::accepted, 1},
                                      {Outcome::delivered, 2},
                                      {Outcome::rejected_recipient, 3},
                                      {Outcome::rejected_request, 4},
                                      {Outcome::credential, 5},
                                      {Outcome::throttled, 6},
                                      {Outcome::retry, 7},
                                      {Outcome::unknown, 8}};
  EXPECT_EQ(abi.size(), allOutcomes().size());
  for (const auto& [outcome, number] : abi) {
    EXPECT_EQ(toNumber(outcome), number);
    EXPECT_EQ(outcomeFromNumber(number), outcome);
  }
  EXPECT_FALSE(outcomeFromNumber(0));
  EXPECT_FALSE(outcomeFromNumber((1LL << 32) + 1));
}

TEST(StateMachine, LiveStatesRankBeforeFinalOnes) {
  for (const DeliveryState live : allDeliveryStates()) {
    for (const DeliveryState done : allDeliveryStates()) {
      if (!isLive(live) || !isFinal(done)) continue;
      EXPECT_LT(rank(live), rank(done)) << toText(live) << " " << toText(done);
    }
  }
  EXPECT_LT(rank(DeliveryState::delivered), rank(DeliveryState::sent));
  EXPECT_LT(rank(DeliveryState::sent), rank(DeliveryState::unknown));
  EXPECT_LT(rank(DeliveryState::unknown), rank(DeliveryState::bounced));
  EXPECT_LT(rank(DeliveryState::bounced), rank(DeliveryState::failed));
}

TEST(StateMachine, NoStateFollowsItself) {
  for (const DeliveryState state : allDeliveryStates()) EXPECT_FALSE(mayTransition(state, state)) << toText(state);
}

TEST(StateMachine, AllowsTheMainRoadAndItsBranches) {
  using enum DeliveryState;
  EXPECT_TRUE(mayTransition(queued, sending));
  EXPECT_TRUE(mayTransition(sending, sent));
  EXPECT_TRUE(mayTransition(sent, delivered));
  EXPECT_TRUE(mayTransition(sending, deferred));
  EXPECT_TRUE(mayTransition(deferred, sending));
  EXPECT_TRUE(mayTransition(sending, unknown));
  EXPECT_TRUE(mayTransition(unknown, delivered));
  EXPECT_TRUE(mayTransition(delivered, bounced));
}

TEST(StateMachine, RefusesToUndoWhatHappened) {
  using enum DeliveryState;
  EXPECT_FALSE(mayTransition(delivered, sent));
  EXPECT_FALSE(mayTransition(delivered, failed));
  EXPECT_FALSE(mayTransition(sent, queued));
  EXPECT_FALSE(mayTransition(sent, cancelled));
  EXPECT_FALSE(mayTransition(sending, cancelled));
  EXPECT_FALSE(mayTransition(queued, sent));
  for (const DeliveryState never_sent : {suppressed, skipped, cancelled, expired, deduplicated}) {
    for (const DeliveryState any : allDeliveryStates())
      EXPECT_FALSE(mayTransition(never_sent, any)) << toText(never_sent);
  }
}

TEST(StateMachine, EveryStateIsReachedFromAnInitialOne) {
  for (const DeliveryState state : allDeliveryStates()) {
    bool reached = isInitial(state);
    for (const DeliveryState from : allDeliveryStates()) reached = reached || mayTransition(from, state);
    EXPECT_TRUE(reached) << toText(state);
  }
}

TEST(StateMachine, EventsNameTheStateTheyLeadTo) {
  EXPECT_EQ(stateAfter(EventType::retry), DeliveryState::deferred);
  EXPECT_EQ(stateAfter(EventType::sent), DeliveryState::sent);
  EXPECT_EQ(stateAfter(EventType::accepted), std::nullopt);
  EXPECT_EQ(stateAfter(EventType::opened), std::nullopt);
}

TEST(Roles, GrantWhatTheTableSays) {
  for (const Scope scope : allScopes()) EXPECT_TRUE(grants(Role::platform_admin, scope)) << toText(scope);
  EXPECT_TRUE(grants(Role::notification_service, Scope::notifications_send));
  EXPECT_FALSE(grants(Role::notification_service, Scope::keys_write));
  EXPECT_FALSE(grants(Role::notification_admin, Scope::tenants_write));
  for (const Scope scope : allScopes()) {
    const bool changes_something = !toText(scope).ends_with(":read");
    if (changes_something) {
      EXPECT_FALSE(grants(Role::notification_viewer, scope)) << toText(scope);
    }
  }
}

TEST(ErrorCodes, CarryStatusTitleAndSlug) {
  EXPECT_EQ(httpStatus(ErrorCode::validation_failed), 422);
  EXPECT_EQ(title(ErrorCode::validation_failed), "Invalid request");
  EXPECT_EQ(typeSlug(ErrorCode::validation_failed), "validation");
  EXPECT_EQ(typeSlug(ErrorCode::not_found), "not-found");
  EXPECT_TRUE(wantsRetryAfter(ErrorCode::rate_limited));
  EXPECT_TRUE(wantsRetryAfter(ErrorCode::not_ready));
  EXPECT_FALSE(wantsRetryAfter(ErrorCode::conflict));
  for (const ErrorCode code : allErrorCodes()) {
    EXPECT_GE(httpStatus(code), 400) << toText(code);
    EXPECT_FALSE(title(code).empty()) << toText(code);
  }
}

TEST(DerivedFiles, AreUpToDate) {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run by ctest, which sets BELFRY_SOURCE_DIR";
  for (const char* generator : {"generate_vocabulary.py", "generate_config.py"}) {
    const std::string command = "/usr/bin/python3 '" + std::string(source) + "/schemas/" + generator + "' --check";
    EXPECT_EQ(std::system(command.c_str()), 0) << generator;
  }
}

}  // namespace
}  // namespace belfry
