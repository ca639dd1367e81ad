#include "workers/begin_queue.h"

#include "fakes.h"

namespace belfry::test {
namespace {

Beginning of(std::uint8_t tenant, int number) {
  auto claim = claimNumber(number);
  claim.tenant = tenantNumber(tenant);
  return {claim, std::nullopt, {}};
}

/// Tenant and place of what is taken, as "1.3".
std::vector<std::string> take(BeginQueue& queue, std::size_t most) {
  std::vector<std::string> taken;
  for (const auto& one : queue.take(most)) {
    const auto number = std::chrono::duration_cast<std::chrono::milliseconds>(one.claim.due_at - noon()).count();
    taken.push_back(std::to_string(one.claim.tenant.value.bytes[0]) + "." + std::to_string(number));
  }
  return taken;
}

TEST(BeginQueue, KeepsATenantsOrder) {
  BeginQueue queue;
  for (int i = 0; i < 3; ++i) queue.push(of(1, i));
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_THAT(take(queue, 2), ElementsAre("1.0", "1.1"));
  EXPECT_THAT(take(queue, 2), ElementsAre("1.2"));
  EXPECT_THAT(take(queue, 2), IsEmpty());
}

TEST(BeginQueue, AMessageWaitsForOneOfEachOtherTenant) {
  BeginQueue queue;
  for (int i = 0; i < 1000; ++i) queue.push(of(1, i));
  for (int i = 0; i < 500; ++i) queue.push(of(2, i));
  queue.push(of(3, 7));
  EXPECT_THAT(take(queue, 4), ElementsAre("1.0", "2.0", "3.7", "1.1"));
  EXPECT_EQ(queue.size(), 1497u);
}

TEST(BeginQueue, WhoComesBackTakesItsTurnLast) {
  BeginQueue queue;
  queue.push(of(1, 0));
  queue.push(of(2, 0));
  EXPECT_THAT(take(queue, 1), ElementsAre("1.0"));
  queue.push(of(1, 1));
  EXPECT_THAT(take(queue, 9), ElementsAre("2.0", "1.1"));
}

}  // namespace
}  // namespace belfry::test
