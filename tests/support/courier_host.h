// A host with the test plugin `test-courier`, which takes callbacks in a form that tests can write.
#pragma once

#include <string>

#include "support/running_host.h"

namespace belfry::test {

/// Adds tenant `courier` (providers `courier` and `other`) and tenant `neighbour` (provider `courier`) on the test
/// plugin `test-courier`, which the options' plugins.lock must list. Callback ids: courier-secret, other-secret,
/// neighbour-secret.
void addCourierTenants(HostOptions& options);

/// POST to the provider's callback address, signed and fresh; one receipt a line: `TYPE DELIVERY ATTEMPT KEY`.
HttpReply callBack(const RunningHost& host, const std::string& body, HttpHeaders headers = {},
                   const std::string& callback_id = "courier-secret");

}  // namespace belfry::test
