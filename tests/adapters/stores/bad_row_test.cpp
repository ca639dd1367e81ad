// What PostgreSQL refuses refuses itself alone: everything that was written in its group is stored.

#include "ports/chunk_intake.h"
#include "services/intake/intake_writer.h"
#include "store_fixture.h"

namespace belfry::pg::test {
namespace {

/// No validation lets this through; PostgreSQL's text cannot hold a NUL.
void spoil(NewNotification& notification) {
  notification.request.template_ref = TemplateRef{std::string("nul\0key", 7), 1, "en"};
}

class BadRow : public StoreSuite {
 protected:
  void SetUp() override { clearDeliveries(); }

  static NewChunk chunk(TenantId tenant, int items) {
    NewChunk made;
    made.tenant = tenant;
    made.batch = BatchId::mint(stores_->clock.now());
    made.id = newUuidV7(stores_->clock.now());
    made.first = true;
    made.created_by = "key:test";
    made.items = items;
    for (int i = 0; i < items; ++i) made.notifications.push_back(mail(tenant));
    for (auto& one : made.notifications) one.batch = made.batch;
    made.created_at = stores_->clock.now();
    made.answer = [](const BatchProgress&) { return std::string("taken"); };
    return made;
  }

  IntakeWriter::Completion told() {
    return [this](Result<IntakeOutcome, Problem> outcome) {
      if (outcome && std::holds_alternative<Stored>(*outcome)) ++stored_;
      else ++refused_;
    };
  }
  IntakeWriter::ChunkCompletion toldOfChunk() {
    return [this](Result<ChunkOutcome, Problem> outcome) {
      if (outcome && std::holds_alternative<ChunkStored>(*outcome)) ++stored_;
      else ++refused_;
    };
  }

  int stored_ = 0, refused_ = 0;  // read when the writer has stopped
};

TEST_F(BadRow, OfAGroupOfSendsIsRefusedAlone) {
  const auto tenant = newTenant();
  NoSlots no_slots;
  IntakeWriter writer(stores_->intake, no_slots, silentLog(), {});
  for (int i = 0; i < 40; ++i) {
    auto one = i % 2 ? mail(tenant) : keyed(tenant, std::to_string(i));
    if (i == 7 || i == 30) spoil(one);
    writer.submit(one, told());
  }
  writer.start();  // all of them are one group
  writer.stop();
  EXPECT_EQ(stored_, 38);
  EXPECT_EQ(refused_, 2);
  EXPECT_EQ(count("notifications"), 38);
  EXPECT_EQ(count("work"), 38);
  EXPECT_EQ(count("idempotency_keys"), 19) << "the key of what was refused is free";
}

TEST_F(BadRow, OfAChunkRefusesItsChunkAndNothingElse) {
  const auto one = newTenant(), two = newTenant();
  NoSlots no_slots;
  IntakeWriter writer(stores_->intake, no_slots, silentLog(), {});
  for (int i = 0; i < 6; ++i) {
    auto made = chunk(i % 2 ? one : two, 3);
    if (i == 4) spoil(made.notifications[1]);
    writer.submit(std::move(made), toldOfChunk());
    writer.submit(mail(one), told());
  }
  writer.start();
  writer.stop();
  EXPECT_EQ(stored_, 11);
  EXPECT_EQ(refused_, 1);
  EXPECT_EQ(count("batches"), 5);
  EXPECT_EQ(count("batch_chunks"), 5);
  EXPECT_EQ(count("notifications"), 21);
}

}  // namespace
}  // namespace belfry::pg::test
