// A plugin's bf_smtp as a complete transaction: message put together, login filled in, DKIM signature in front.
#pragma once

#include <belfry/exchange.h>

#include "adapters/plugins/segments.h"

namespace belfry::plugins {

/// BF_OK, or why the transaction cannot be assembled; one without recipients and message is a login. Leaves deadline,
/// hosts, scope and trace to the caller.
bf_status assembleSmtp(const bf_smtp& from, const SegmentAssembler& segments, const InstanceContext& context,
                       TimePoint now, SmtpExchange& to);

}  // namespace belfry::plugins
