// The real intake on stand-ins of what it asks.
#pragma once

#include <memory>

#include "adapters/datetz/system_time_zones.h"
#include "intake_fakes.h"
#include "services/intake/intake.h"

namespace belfry::test {

class KeepingStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return known; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group, const ClaimTerms&) override {
    rows.insert(rows.end(), group.begin(), group.end());
    if (!doubles_on.empty()) return {Stored{group[0].dedup->answer_json(doubles_on), doubles_on.size()}};
    return std::vector<IntakeOutcome>(group.size(), outcome);
  }
  GroupOutcomes write(std::span<const NewNotification> group, std::span<const NewChunk>,
                      const ClaimTerms& terms) override {
    return {write(group, terms), {}};
  }
  std::vector<NewNotification> rows;
  std::optional<IntakeOutcome> known;
  IntakeOutcome outcome = Stored{};
  std::vector<Channel> doubles_on;  ///< channels on which the one notification is found to be a double
};

/// A tenant with a mail provider, and a mail that is valid. The writer runs between startWriter() and stopWriter().
class IntakeSuite : public ::testing::Test {
 protected:
  IntakeSuite() {
    catalogue_.add("mail");
    directory_.reload();
    caller_.tenant = catalogue_.tenant.id;
    command_.channels = {Channel::email};
    command_.request.recipient.email = "ada@example.test";
    command_.request.content[Channel::email] = {{"text", "Hello"}};
    makeIntake();
  }

  /// A writer starts once, so each time there is a new one, and a new intake.
  void startWriter() {
    makeIntake();
    writer_->start();
  }
  void stopWriter() { writer_->stop(); }
  void makeIntake() {
    intake_.reset();
    writer_ = std::make_unique<IntakeWriter>(store_, dispatch_, silentLog(), IntakeWriterSettings{});
    intake_ = std::make_unique<Intake>(
        IntakeParts{directory_, templates_, devices_, store_, numbers_, zones_, previews_, plugins_, *writer_, *writer_,
                    clock_, nullptr},
        [](const Accepted& accepted) { return R"({"id":")" + accepted.id.toString() + "\"}"; }, IntakeSettings{});
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates store_of_templates_;
  StillClock clock_;
  KeepingStore store_;
  FakeDispatch dispatch_;
  FakeDevices devices_;
  SpanishNumbers numbers_;
  datetz::SystemTimeZones zones_;
  Directory directory_{catalogue_, plugins_, silentLog()};
  FakeEngines engines_;
  Renderer renderer_{store_of_templates_, engines_};
  DeliveryPreviews previews_{directory_, renderer_};
  TemplateResolver templates_{store_of_templates_};
  Caller caller_;
  SendCommand command_;
  std::unique_ptr<IntakeWriter> writer_;
  std::unique_ptr<Intake> intake_;
};

}  // namespace belfry::test
