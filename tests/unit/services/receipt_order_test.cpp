// Receipts in any order and any number: what a delivery comes to depends on which came, hardly on when. Every
// permutation of every small set, against rules that fit on a page.
#include <algorithm>
#include <set>

#include "services/receipts/receipt_rules.h"
#include "unit/services/fakes.h"

namespace belfry::test {
namespace {

struct Piece {
  ReceiptType type;
  int attempt;
};

/// A delivery that takes receipts as the store does: each once by its key, each under the state that the last one left.
class Taker {
 public:
  explicit Taker(DeliveryState state, int attempt) {
    facts_.id = {uuidLowerBound(noon())};
    facts_.channel = Channel::email;
    facts_.state = state;
    facts_.attempt = attempt;
    for (int i = 1; i <= attempt; ++i) facts_.providers[i] = "mail";
  }

  void take(const Piece& piece) {
    if (!known_.emplace(piece.type, piece.attempt).second) return;
    takeWithoutKey(piece);
  }
  /// As if the keys had been forgotten.
  void takeWithoutKey(const Piece& piece) {
    Receipt receipt{};
    receipt.type = piece.type;
    receipt.attempt = piece.attempt;
    auto plan = judgeReceipt(facts_, receipt, {"mail", Channel::email, noon()},
                             [](Channel, const std::string&) { return std::string("hash"); });
    facts_.events.insert(facts_.events.end(), plan.events.begin(), plan.events.end());
    if (!plan.state) return;
    EXPECT_TRUE(mayTransition(facts_.state, *plan.state)) << toText(facts_.state) << " to " << toText(*plan.state);
    facts_.state = *plan.state;
    passed_.push_back(*plan.state);
  }

  DeliveryState state() const { return facts_.state; }
  const std::vector<DeliveryState>& passed() const { return passed_; }

 private:
  DeliveryFacts facts_{};
  std::set<std::pair<ReceiptType, int>> known_;
  std::vector<DeliveryState> passed_;
};

/// How much a state says about one attempt; the more certain one stays.
int certainty(DeliveryState state) {
  switch (state) {
    case DeliveryState::unknown: return 0;
    case DeliveryState::sent: return 1;
    case DeliveryState::failed: return 2;
    case DeliveryState::delivered: return 3;
    case DeliveryState::bounced: return 4;
    default: return -1;
  }
}

std::optional<DeliveryState> stateOf(ReceiptType type) {
  switch (type) {
    case ReceiptType::sent: return DeliveryState::sent;
    case ReceiptType::delivered: return DeliveryState::delivered;
    case ReceiptType::bounced:
    case ReceiptType::soft_bounced: return DeliveryState::bounced;
    case ReceiptType::failed: return DeliveryState::failed;
    default: return std::nullopt;
  }
}

/// The rule in one sentence: of what was said about the last attempt, and of deliveries of earlier ones, the most
/// certain.
DeliveryState wanted(DeliveryState from, int attempt, const std::vector<Piece>& pieces) {
  auto most = from;
  for (const auto& piece : pieces) {
    auto said = stateOf(piece.type);
    const bool counts = said && (piece.attempt == attempt || *said == DeliveryState::delivered);
    if (counts && certainty(*said) > certainty(most)) most = *said;
  }
  return most;
}

template <class Check>
void forEverySet(int attempts, std::size_t most, Check&& check) {
  std::vector<Piece> all;
  for (auto type : allReceiptTypes())
    for (int attempt = 1; attempt <= attempts; ++attempt) all.push_back({type, attempt});
  std::vector<std::size_t> chosen;
  const std::function<void(std::size_t)> choose = [&](std::size_t from) {
    std::vector<Piece> pieces;
    for (auto index : chosen) pieces.push_back(all[index]);
    check(pieces);
    if (chosen.size() == most) return;
    for (auto i = from; i < all.size(); ++i) {
      chosen.push_back(i);
      choose(i + 1);
      chosen.pop_back();
    }
  };
  choose(0);
}

std::string told(const std::vector<Piece>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += std::string(toText(piece.type)) + "/" + std::to_string(piece.attempt) + " ";
  return text;
}

template <class Check>
void forEveryOrder(std::vector<Piece> pieces, Check&& check) {
  auto less = [](const Piece& a, const Piece& b) { return std::tie(a.attempt, a.type) < std::tie(b.attempt, b.type); };
  std::sort(pieces.begin(), pieces.end(), less);
  do check(pieces);
  while (std::next_permutation(pieces.begin(), pieces.end(), less));
}

constexpr DeliveryState kSettled[] = {DeliveryState::sent, DeliveryState::delivered, DeliveryState::unknown,
                                      DeliveryState::failed, DeliveryState::bounced};

TEST(ReceiptOrder, EveryOrderOfEverySetComesToTheSameState) {
  for (auto from : kSettled)
    forEverySet(2, 3, [&](const std::vector<Piece>& pieces) {
      const auto end = wanted(from, 2, pieces);
      forEveryOrder(pieces, [&](const std::vector<Piece>& order) {
        Taker delivery(from, 2);
        for (const auto& piece : order) delivery.take(piece);
        ASSERT_EQ(delivery.state(), end) << toText(from) << ": " << told(order) << "is " << toText(delivery.state());
      });
    });
}

TEST(ReceiptOrder, ASingleAttemptInSetsOfFour) {
  for (auto from : kSettled)
    forEverySet(1, 4, [&](const std::vector<Piece>& pieces) {
      const auto end = wanted(from, 1, pieces);
      forEveryOrder(pieces, [&](const std::vector<Piece>& order) {
        Taker delivery(from, 1);
        for (const auto& piece : order) delivery.take(piece);
        ASSERT_EQ(delivery.state(), end) << toText(from) << ": " << told(order);
      });
    });
}

/// Also without the keys that tell doubles: the states alone make a repeat harmless.
TEST(ReceiptOrder, DoublesChangeNothingAndNothingGoesBack) {
  for (auto from : kSettled)
    forEverySet(2, 3, [&](const std::vector<Piece>& pieces) {
      forEveryOrder(pieces, [&](const std::vector<Piece>& order) {
        Taker delivery(from, 2);
        for (const auto& piece : order) {
          delivery.takeWithoutKey(piece);
          const auto after = delivery.state();
          delivery.takeWithoutKey(piece);
          ASSERT_EQ(delivery.state(), after) << told(order);
        }
        const auto end = delivery.state();
        for (const auto& piece : order) delivery.takeWithoutKey(piece);
        ASSERT_EQ(delivery.state(), end) << "all of them again: " << told(order);
        auto before = from;
        for (auto state : delivery.passed()) {
          ASSERT_GT(certainty(state), certainty(before)) << told(order);
          before = state;
        }
      });
    });
}

TEST(ReceiptOrder, NoFailureOfTheFirstAttemptTouchesTheSecond) {
  for (auto from : kSettled)
    forEverySet(2, 3, [&](const std::vector<Piece>& pieces) {
      std::vector<Piece> without;
      for (const auto& piece : pieces)
        if (piece.attempt == 2 || piece.type == ReceiptType::delivered) without.push_back(piece);
      Taker all(from, 2), fewer(from, 2);
      for (const auto& piece : pieces) all.take(piece);
      for (const auto& piece : without) fewer.take(piece);
      ASSERT_EQ(all.state(), fewer.state()) << told(pieces);
    });
}

}  // namespace
}  // namespace belfry::test
