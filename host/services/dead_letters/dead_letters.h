// What an operator does about deliveries that were given up: look, send again as they were or corrected, drop. Many at
// once are actions of queue control. Every change is written with its audit line in one commit.
//
// A replay queues the dead letter's own delivery again: its attempts go on and its timeline tells both lives. A
// correction cannot, since the notification is what was asked for and others of its deliveries stand by it; it is
// stored as a notification of its own, in the commit that ends the dead letter. Either way it is the dead letter that
// is taken, by compare-and-set, so nothing is replayed twice (ADR 17).
#pragma once

#include <string>
#include <vector>

#include "kit/result.h"
#include "kit/time.h"
#include "model/problem.h"
#include "ports/dead_letter_store.h"
#include "services/dead_letters/dead_letter_edit.h"
#include "services/delivery/delivery_preview.h"
#include "services/intake/intake.h"
#include "services/queues/queue_control.h"

namespace belfry {

/// A dead letter with what it is a letter of.
struct DeadLetterView {
  DeadLetter letter;
  NotificationView notification;  ///< with the one delivery and its timeline
  DeliveryPreview preview;        ///< what sending it again would do now
};

struct CorrectedReplay {
  DeadLetter letter;            ///< as it stands now; of a dry run, as it stood
  NotificationId notification;  ///< what it is sent as; of a dry run, what it would have been
  DeliveryId delivery;
  std::vector<DeliveryPreview> previews;  ///< of a dry run
};

struct DeadLetterParts {
  DeadLetterStore& letters;
  NotificationStore& notifications;
  Intake& intake;
  DeliveryPreviews& previews;
  const Clock& clock;
};

/// Thread-safe. All calls may throw StoreUnavailable.
class DeadLetters {
 public:
  explicit DeadLetters(const DeadLetterParts& parts) : parts_(parts) {}

  std::vector<DeadLetter> list(TenantId tenant, const DeadLetterFilter& filter, std::optional<DeadLetterId> before,
                               int limit) const {
    return parts_.letters.list(tenant, filter, before, limit);
  }
  Result<DeadLetterView, Problem> inspect(TenantId tenant, const std::string& id) const;
  Result<DeadLetter, Problem> replay(const Operator& by, const std::string& id);
  /// Validated as a send is, and rendered, before anything is written.
  Result<CorrectedReplay, Problem> correct(const Operator& by, const std::string& id, const DeadLetterEdit& edit,
                                           bool dry_run);
  Result<DeadLetter, Problem> purge(const Operator& by, const std::string& id);

 private:
  struct Found {
    DeadLetter letter;
    NotificationView notification;
  };

  Result<DeadLetter, Problem> find(TenantId tenant, const std::string& id) const;
  Result<Found, Problem> open(TenantId tenant, const std::string& id) const;
  DeliveryPreview previewOf(TenantId tenant, const NotificationRequest& request, const NewDelivery& delivery,
                            Priority priority, TimePoint created_at) const;
  Result<NewNotification, Problem> check(TenantId tenant, SendCommand command) const;
  AuditEntry auditOf(const Operator& by, std::string action, const DeadLetter& letter) const;

  const DeadLetterParts parts_;
};

}  // namespace belfry
