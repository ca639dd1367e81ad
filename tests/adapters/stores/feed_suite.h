// What the suites of the feed share: deliveries that were sent, and the feed as tests look at it.
#pragma once

#include <string>
#include <vector>

#include "store_fixture.h"

namespace belfry::pg::test {

class FeedSuite : public StoreSuite {
 protected:
  static void SetUpTestSuite() {
    StoreSuite::SetUpTestSuite();
    tenant_ = newTenant();
  }
  void SetUp() override { clearDeliveries(); }

  /// Settles everything that is due as sent, `took` after it was due.
  static void settleAll(Duration took = {}) {
    for (;;) {
      auto claims = claimDue(*stores_, {{Priority::medium, 50}}, 60s, owner_);
      if (claims.empty()) return;
      std::vector<Settlement> group;
      for (const auto& claim : claims) {
        Settlement one{claim.tenant, claim.id, claim.attempt, DeliveryState::sent, {}, "mail", {}, {}, {}, {}};
        one.events = {{EventType::sending, claim.due_at, claim.attempt, "mail", {}},
                      {EventType::sent, claim.due_at + took, claim.attempt, "mail", {}}};
        group.push_back(one);
      }
      stores_->work.settle(group);
    }
  }

  static int sequenceAll(int limit = 1000) {
    int moved = 0;
    while (int step = stores_->feed.sequence(limit)) moved += step;
    return moved;
  }

  /// Mails of this suite's tenant, settled and sequenced: two events each.
  static void sendMails(int count, Duration took = {}) {
    std::vector<NewNotification> group;
    for (int i = 0; i < count; ++i) group.push_back(mail(tenant_));
    stores_->intake.write(group, kNoClaims);
    settleAll(took);
    sequenceAll();
  }

  /// How many events stand before an earlier one of their delivery, or leave a gap in the positions.
  static std::string disorder() {
    return scalar(
        "SELECT count(*) FILTER (WHERE seq <= before) || ' ' || count(*) FILTER (WHERE step <> 1) FROM (SELECT seq, "
        "lag(seq) OVER (PARTITION BY delivery_id ORDER BY pos) AS before, pos - lag(pos) OVER (ORDER BY pos) AS step "
        "FROM belfry.feed) AS f");
  }

  static std::int64_t head() { return std::stoll(scalar("SELECT head FROM belfry.feed_ends")); }

  static inline TenantId tenant_;
  static inline const Uuid owner_ = newUuidV7(SystemClock().now());
};

}  // namespace belfry::pg::test
