// What became of everything that got a 202: the ledger compared with the database and with what the SMTP servers
// received.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fault/support/host_under_fault.h"
#include "fault/support/sender.h"
#include "support/mail_sink.h"

namespace belfry::test {

/// One notification that was accepted.
struct Fate {
  std::string to;
  std::string state;   ///< its delivery's state; "absent" when the database does not know it
  std::string reason;  ///< the delivery's error code
  int attempts = 0;
  int leases_lost = 0;                   ///< how often it was in `sending` when its worker died
  bool live = false;                     ///< still has a row in `work`
  std::vector<std::string> message_ids;  ///< of every copy that an SMTP server kept
};

struct Stock {
  std::size_t accepted = 0;
  std::size_t delivered = 0;   ///< `sent`, and an SMTP server has it
  std::size_t bounced = 0;     ///< `bounced`, and no SMTP server has it
  std::size_t unknown = 0;     ///< `unknown` with a reason
  std::size_t lost = 0;        ///< none of these
  std::size_t duplicates = 0;  ///< copies beyond the first
  /// Copies beyond what a worker's death in the middle of an attempt explains, or that are told apart by their
  /// Message-ID.
  std::size_t inexcusable = 0;
  std::map<std::string, Fate> fates;  ///< by notification id

  std::string summary() const;
  /// The fates of what is lost or inexcusable, one a line.
  std::string findings() const;
};

Stock takeStock(const HostUnderFault& host, const Ledger& ledger, const std::vector<const MailSink*>& sinks);

}  // namespace belfry::test
