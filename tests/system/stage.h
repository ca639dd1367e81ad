// The one host that the cases of a test program share, with its SMTP server. Cases keep out of each other's way by
// using addresses and user ids of their own.
#pragma once

#include <string>
#include <utility>

#include "support/running_host.h"

namespace belfry::test {

/// Tenants `acme` (template `welcome`) and `other`, both on the sink; quick retries.
struct Stage {
  explicit Stage(HostOptions more = {});
  /// For options that need the sink's port.
  explicit Stage(HostOptions (*more)(const MailSink&));

  MailSink sink;
  RunningHost host;

  /// POST …/send as the platform admin for tenant acme.
  ApiReply send(const std::string& body, const HttpHeaders& headers = {}) const {
    return host.send(body, "acme", headers);
  }
  /// Sends, and waits until the notification is `status`; the notification. Throws when it is not accepted.
  ApiReply sendAndWait(const std::string& body, const std::string& status = "sent") const;
  /// One number out of the database.
  long count(const std::string& from_and_where) const;
};

/// Started at the first call, stopped at the end of the program.
Stage& stage();

/// {"channel":"email","recipient":{"email":ADDRESS},"content":{"subject":"Hello","text":"It rings."}MORE}
std::string mailBody(const std::string& address, const std::string& more = "");

/// The types of a delivery's timeline, joined by spaces.
std::string timelineOf(const ApiReply& notification, std::size_t delivery = 0);

}  // namespace belfry::test
