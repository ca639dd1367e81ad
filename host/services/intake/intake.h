// The use case "send": validates completely, mints ids, hands over to the writer. Nothing that a single row can do may
// spoil a group, so everything that can be wrong with a request is found here.
#pragma once

#include <functional>

#include "kit/result.h"
#include "kit/time.h"
#include "model/caller.h"
#include "model/problem.h"
#include "ports/channels.h"
#include "ports/device_store.h"
#include "ports/phone_numbers.h"
#include "services/delivery/delivery_preview.h"
#include "services/intake/intake_writer.h"
#include "services/intake/send_command.h"
#include "services/rendering/template_resolver.h"
#include "services/tenants/directory.h"

namespace belfry {

struct IntakeSettings {
  std::chrono::hours idempotency_ttl{24};
  std::chrono::hours most_ahead{24 * 366 * 10};  ///< farthest sendAt and expiresAt
  std::string default_region;                    ///< of numbers without a country code; empty: none
};

/// An answer that is ready to send: freshly accepted, or that of the first request with the same key.
struct SendAnswer {
  int status = 202;
  std::string body_json;
  bool replayed = false;
};

/// What a send is held against, and where it goes; all of it outlives the intake.
struct IntakeParts {
  const Directory& directory;
  TemplateResolver& templates;
  DeviceStore& devices;
  IntakeStore& store;
  const PhoneNumbers& numbers;
  DeliveryPreviews& previews;
  const ChannelPlugins& plugins;
  IntakeWriter& writer;
  IntakeWriter& critical_writer;  ///< of critical notifications alone: they wait for nobody else's commit
  const Clock& clock;
};

class Intake {
 public:
  using AnswerJson = std::function<std::string(const Accepted&)>;
  using Completion = std::function<void(Result<SendAnswer, Problem>)>;

  /// `answer_json` writes the answer that is sent, stored and replayed.
  Intake(const IntakeParts& parts, AnswerJson answer_json, IntakeSettings settings);

  /// Validates and hands over; the completion comes after the commit, or before this returns when the command is
  /// refused. A command that is no longer valid but repeats an accepted one by its key gets that one's answer: its time
  /// may have passed, or its template changed. May throw StoreUnavailable while something is looked up. Thread-safe.
  void send(const Caller& caller, SendCommand command, Completion completion);

 private:
  Result<NewNotification, Problem> prepare(const Caller& caller, SendCommand& command);
  /// What the command's key already stands for, if anything.
  std::optional<IntakeOutcome> firstAnswer(const Caller& caller, const SendCommand& command);
  /// The telephone number as E.164.
  void normalisePhone(Recipient& recipient, std::vector<FieldError>& errors) const;
  /// A push to a user goes to the user's registered devices.
  void fillDevices(TenantId tenant, SendCommand& command, std::vector<FieldError>& errors);
  /// What each delivery of a dry run would do.
  std::vector<DeliveryPreview> previewAll(const NewNotification& notification);
  void resolveTemplate(TenantId tenant, SendCommand& command, std::vector<FieldError>& errors);

  const IntakeParts parts_;
  AnswerJson answer_json_;
  const IntakeSettings settings_;
};

}  // namespace belfry
