#include "kit/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

namespace belfry {
namespace {

using namespace std::chrono_literals;

TimePoint noon() { return *parseRfc3339("2026-12-01T12:00:00.123456Z"); }

// Ids of one process only ever increase, so a test that looks at an id's time needs a time that no test has reached
// yet.
TimePoint laterThanAllSoFar() { return newUuidV7(noon()).time() + 1h; }

TEST(Uuid, IsWrittenInLowerCase) {
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i * 17);
  EXPECT_EQ(id.toString(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Uuid, IsReadInEitherCase) {
  const auto lower = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
  ASSERT_TRUE(lower);
  EXPECT_EQ(lower, Uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF"));
  EXPECT_EQ(lower->toString(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Uuid, ReadsItsOwnText) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = newUuidV7(noon());
    EXPECT_EQ(Uuid::parse(id.toString()), id);
  }
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const auto* text : {"", "0", "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}",
                           "urn:uuid:00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeef",
                           "00112233-4455-6677-8899-aabbccddeeff0", " 00112233-4455-6677-8899-aabbccddeeff",
                           "00112233-4455-6677-8899-aabbccddeef ", "00112233-4455-6677-8899-aabbccddeefg",
                           "001122334-455-6677-8899-aabbccddeeff", "00112233-4455-6677-88990aabbccddeeff",
                           "0011223--4455-6677-8899-aabbccddeeff", "+0112233-4455-6677-8899-aabbccddeeff"}) {
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Uuid::parse(std::string("00112233-4455-6677-8899-aabbccddeef") + '\0'), std::nullopt);
}

TEST(Uuid, NilIsAllZeros) {
  EXPECT_TRUE(Uuid{}.isNil());
  EXPECT_TRUE(Uuid::parse("00000000-0000-0000-0000-000000000000")->isNil());
  EXPECT_FALSE(newUuidV7(noon()).isNil());
}

TEST(Uuid, SortsAsItsTextDoes) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 1000; ++i) {
    auto id = newUuidV7(noon());
    std::rotate(id.bytes.begin(), id.bytes.begin() + 8, id.bytes.end());  // random first
    ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_TRUE(
      std::is_sorted(ids.begin(), ids.end(), [](const Uuid& a, const Uuid& b) { return a.toString() < b.toString(); }));
}

TEST(UuidV7, HasVersionAndVariant) {
  for (int i = 0; i < 1000; ++i) {
    const auto id = newUuidV7(noon());
    EXPECT_EQ(id.bytes[6] >> 4, 7);
    EXPECT_EQ(id.bytes[8] >> 6, 2);
  }
}

TEST(UuidV7, CarriesTheMillisecond) {
  const auto now = laterThanAllSoFar();
  EXPECT_EQ(newUuidV7(now).time(), std::chrono::floor<std::chrono::milliseconds>(now));
}

TEST(UuidV7, ReadsTheExampleOfTheRfc) {
  // RFC 9562 §A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
  const auto id = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(id);
  EXPECT_EQ(formatRfc3339(id->time()), "2022-02-22T19:22:22.000000Z");
}

TEST(UuidV7, IncreasesWithinAMillisecond) {
  const auto now = laterThanAllSoFar();
  auto last = newUuidV7(now);
  for (int i = 0; i < 1000; ++i) {  // the counter starts in its lower half, so 1000 fit
    const auto next = newUuidV7(now);
    ASSERT_LT(last, next);
    ASSERT_EQ(next.time(), last.time());
    last = next;
  }
}

TEST(UuidV7, IncreasesWhenTheCounterOverflows) {
  const auto now = laterThanAllSoFar();
  auto last = newUuidV7(now);
  for (int i = 0; i < 20'000; ++i) {
    const auto next = newUuidV7(now);
    ASSERT_LT(last, next);
    ASSERT_EQ(next.bytes[6] >> 4, 7);
    last = next;
  }
  EXPECT_GT(last.time(), now);         // ran ahead of the clock …
  EXPECT_LT(last.time(), now + 10ms);  // … by no more than it had to
  EXPECT_EQ(newUuidV7(now + 1s).time(), std::chrono::floor<std::chrono::milliseconds>(now + 1s));
}

TEST(UuidV7, IncreasesWhenTheClockStepsBack) {
  const auto now = laterThanAllSoFar();
  const auto first = newUuidV7(now);
  const auto second = newUuidV7(now - 30min);
  EXPECT_LT(first, second);
  EXPECT_EQ(first.time(), second.time());
}

TEST(UuidV7, StartsItsCounterAtRandom) {
  std::set<int> counters;
  auto now = laterThanAllSoFar();
  for (int i = 0; i < 64; ++i, now += 1ms) {
    const auto id = newUuidV7(now);
    const int counter = (id.bytes[6] & 0x0F) << 8 | id.bytes[7];
    EXPECT_LT(counter, 0x800);
    counters.insert(counter);
  }
  EXPECT_GT(counters.size(), 32U);
}

TEST(UuidV7, IsUniqueAndIncreasingInEveryThread) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 20'000;
  std::vector<std::vector<Uuid>> minted(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : minted) {
    threads.emplace_back([&mine] {
      for (std::size_t i = 0; i < kEach; ++i) mine.push_back(newUuidV7(SystemClock().now()));
    });
  }
  for (auto& thread : threads) thread.join();
  std::unordered_set<Uuid> all;
  std::set<std::string> prefixes;  // time and counter alone: what makes ids of one process unique
  for (const auto& mine : minted) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end(), std::less_equal<>()));
    all.insert(mine.begin(), mine.end());
    for (const auto& id : mine) prefixes.insert(id.toString().substr(0, 18));
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
  EXPECT_EQ(prefixes.size(), kThreads * kEach);
}

TEST(UuidLowerBound, IsBelowEveryIdMintedFromThenOnAndAboveThoseBefore) {
  const auto now = laterThanAllSoFar();
  const auto before = newUuidV7(now - 1ms);
  const auto bound = uuidLowerBound(now);
  const auto after = newUuidV7(now);
  EXPECT_LT(before, bound);
  EXPECT_LT(bound, after);
  EXPECT_EQ(bound.time(), std::chrono::floor<std::chrono::milliseconds>(now));
}

TEST(UuidLowerBound, BeforeTheEpochIsNil) { EXPECT_TRUE(uuidLowerBound(TimePoint{} - 1h).isNil()); }

TEST(UuidHash, EqualIdsHashEqualAndOthersSpread) {
  const auto id = newUuidV7(noon());
  EXPECT_EQ(std::hash<Uuid>()(id), std::hash<Uuid>()(*Uuid::parse(id.toString())));
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 10'000; ++i) hashes.insert(std::hash<Uuid>()(newUuidV7(noon())));
  EXPECT_GT(hashes.size(), 9'990U);
}

}  // namespace
}  // namespace belfry
