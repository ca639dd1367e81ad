// One host with every bundled channel plugin at the strict simulators, over TLS, and how the cases of this program talk
// to it. Tenants:
//   acme       sendgrid, twilio, fcm, whatsapp, inbox, slack (bot), webhook
//   cloud      ses (email), sns (sms, push), slack (incoming webhook)
//   named      sendgrid by its true host name, reached through exchange.resolve
//   locked     every provider with credentials that are wrong
//   neighbour  sendgrid, twilio, inbox; nobody's but its own
//   keyless    twilio whose secret is not there
//   spare      sendgrid with a wrong key, to be stopped; and what tests add by API
#pragma once

#include <string>

#include "support/provider_simulator.h"
#include "support/running_host.h"
#include "system/stage.h"

namespace belfry::test {

struct Bells {
  Bells();

  std::string standard_address;  ///< of 127/8; the simulator listens on its port 443, as SNS's addresses need
  ProviderSimulator providers;
  RunningHost host;

  /// Sends for `tenant` and waits until the notification is `status`; the notification. Throws when it is not accepted.
  ApiReply send(const std::string& body, const std::string& status, const std::string& tenant = "acme") const;
  /// One number out of the database.
  long count(const std::string& from_and_where) const;
  /// Where the provider `id` of plugin `plugin` is called back; every callback id is the provider's id.
  std::string callbackUrl(const std::string& plugin, const std::string& id) const;
};

/// Started at the first call, stopped at the end of the program.
Bells& bells();

/// The last request with this outcome; without members when there is none.
SimulatedRequest lastRequest(const std::string& provider, const std::string& outcome = "accepted");
/// What the provider read out of it, to be asked by pointers.
ApiReply readBy(const SimulatedRequest& request);

std::string textMessage(const std::string& phone, const std::string& more = "");
std::string pushMessage(const std::string& token, const std::string& more = "");

/// The last error of the first delivery, as GET …/notifications/ID shows it.
std::string errorOf(const ApiReply& notification);

}  // namespace belfry::test
