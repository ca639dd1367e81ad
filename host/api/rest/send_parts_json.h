// The parts of a send request, each read from its own object.
#pragma once

#include <map>
#include <vector>

#include "api/rest/object_reader.h"
#include "model/notification.h"
#include "services/intake/send_times.h"

namespace belfry {

/// `recipient`. Reports it when it is missing.
Recipient readRecipient(ObjectReader& request);

/// `channel` or `channels`, exactly one of them.
std::vector<Channel> readChannels(ObjectReader& request);

/// `template`; version 0: the newest published one.
std::optional<TemplateRef> readTemplateRef(ObjectReader& request);

/// `sendAt`, `delay`, `sendAtLocal` and `timezone`.
SendTimes readSendTimes(ObjectReader& request);

/// `attachments`: at most 10, at most 10 MiB together when decoded.
std::vector<Attachment> readAttachments(ObjectReader& request);

/// `options`, by channel.
std::map<Channel, ChannelOptions> readOptions(ObjectReader& request);

}  // namespace belfry
