// The real intake on stand-ins of what it asks.
#pragma once

#include <memory>

#include "adapters/datetz/system_time_zones.h"
#include "fakes.h"
#include "services/intake/intake.h"

namespace belfry::test {

class KeepingStore final : public IntakeStore {
 public:
  std::optional<IntakeOutcome> findKey(TenantId, const Digest256&, const Digest256&) override { return known; }
  std::vector<IntakeOutcome> write(std::span<const NewNotification> group) override {
    rows.insert(rows.end(), group.begin(), group.end());
    return std::vector<IntakeOutcome>(group.size(), outcome);
  }
  std::vector<NewNotification> rows;
  std::optional<IntakeOutcome> known;
  IntakeOutcome outcome = Stored{};
};

/// Devices of any tenant's user.
class FakeDevices final : public DeviceStore {
 public:
  Registration put(TenantId, const std::string&, const NewDevice&, int) override { throw StoreRejected("not asked"); }
  std::vector<Device> list(TenantId, const std::string&) override { throw StoreRejected("not asked"); }
  std::vector<DeviceToken> live(TenantId, const std::string& user) override { return of[user]; }
  bool remove(TenantId, const std::string&, DeviceId) override { throw StoreRejected("not asked"); }
  bool disable(TenantId, const std::string&, const std::string&) override { throw StoreRejected("not asked"); }

  std::map<std::string, std::vector<DeviceToken>> of;
};

/// Knows +34 and nine digits, and the nine digits alone in ES.
class SpanishNumbers final : public PhoneNumbers {
 public:
  Result<PhoneNumber, NotANumber> parse(std::string_view text, std::string_view region) const override {
    std::string e164(text);
    std::erase(e164, ' ');
    if (region == "ES" && !e164.starts_with('+')) e164 = "+34" + e164;
    if (e164.size() == 12 && e164.starts_with("+34")) return PhoneNumber{e164, "ES", "mobile"};
    return failure(NotANumber{"is too short", "an international number"});
  }
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
    writer_ = std::make_unique<IntakeWriter>(
        store_, [] {}, silentLog(), IntakeWriterSettings{});
    intake_ = std::make_unique<Intake>(
        IntakeParts{directory_, templates_, devices_, store_, numbers_, zones_, previews_, plugins_, *writer_, clock_},
        [](const Accepted& accepted) { return R"({"id":")" + accepted.id.toString() + "\"}"; }, IntakeSettings{});
  }

  FakeCatalogue catalogue_;
  FakePlugins plugins_;
  FakeTemplates store_of_templates_;
  StillClock clock_;
  KeepingStore store_;
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
