// Mails that claim deduplication keys.
#pragma once

#include "store_fixture.h"

namespace belfry::pg::test {

class DedupSuite : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  /// A mail with `data` that claims `key` on each of its channels.
  static NewNotification claiming(const std::string& key, DedupStrategy strategy = DedupStrategy::drop,
                                  const std::string& data = "{}", std::vector<Channel> channels = {Channel::email}) {
    auto made = mail(tenant_);
    made.request.recipient.phone = "+34600000001";
    made.request.data_json = data;
    made.deliveries.clear();
    DedupWork work;
    for (auto channel : channels) {
      made.deliveries.push_back({DeliveryId::mint(made.created_at), channel});
      work.claims.push_back({channel, key, false, DedupLevel::send, strategy, made.created_at + 24h});
    }
    work.answer_json = [](const std::vector<Channel>& doubles) {
      return R"({"doubles":)" + std::to_string(doubles.size()) + "}";
    };
    made.dedup = std::move(work);
    return made;
  }

  static std::size_t doublesOf(const IntakeOutcome& outcome) {
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
    return std::get<Stored>(outcome).doubles;
  }
  static Stored write(const NewNotification& one) {
    auto outcome = stores_->intake.write({&one, 1}, kNoClaims).at(0);
    EXPECT_TRUE(std::holds_alternative<Stored>(outcome));
    return std::get<Stored>(outcome);
  }

  static std::string status(const NewNotification& of, std::size_t delivery = 0) {
    return scalar("SELECT status FROM belfry.deliveries WHERE id = " +
                  quoted(of.deliveries.at(delivery).id.toString()));
  }
  static bool waits(const NewNotification& of, std::size_t delivery = 0) {
    return count("work WHERE delivery_id = " + quoted(of.deliveries.at(delivery).id.toString())) == 1;
  }
  static std::string timeline(const NewNotification& of, std::size_t delivery = 0) {
    return scalar("SELECT string_agg(type, ' ' ORDER BY seq) FROM belfry.delivery_events WHERE delivery_id = " +
                  quoted(of.deliveries.at(delivery).id.toString()));
  }
  /// A member of the detail of the delivery's last event, by a path such as {first,notification}.
  static std::string told(const NewNotification& of, const std::string& path) {
    return scalar("SELECT coalesce(detail #>> " + quoted(path) +
                  ", '') FROM belfry.delivery_events WHERE delivery_id = " + quoted(of.deliveries.at(0).id.toString()) +
                  " ORDER BY seq DESC LIMIT 1");
  }
  static std::string dataOf(const NewNotification& of) {
    return stores_->notifications.get(of.tenant, of.id)->request.data_json;
  }
  static std::string holder() { return scalar("SELECT notification_id FROM belfry.dedup_keys"); }
  static long hits() { return std::stol(scalar("SELECT coalesce(sum(hits), 0) FROM belfry.dedup_keys")); }

  static std::vector<ClaimedDelivery> claimAll() { return claimDue(*stores_, {{Priority::medium, 1000}}, 60s, owner_); }
  static void settleAsSent(const ClaimedDelivery& of) {
    Settlement settlement{of.tenant, of.id, of.attempt, DeliveryState::sent, {}, "mail", {}, {}, {}, {}};
    settlement.events = {{EventType::sent, stores_->clock.now(), of.attempt, "mail", {}}};
    EXPECT_THAT(stores_->work.settle({&settlement, 1}).ended, ElementsAre(of.id));
  }

  static inline TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

}  // namespace belfry::pg::test
