// Message content: what a channel says, given by name of field.
#pragma once

#include <map>
#include <vector>

#include "api/rest/object_reader.h"
#include "model/notification.h"

namespace belfry {

/// Whether content is given by channel, `{"email": {…}}`, rather than once for all of them.
bool namesChannels(const JsonValue& content);

/// One channel's fields: subject, text, html, title, body; at least one. Reports what is wrong and finishes the reader.
Fields readFields(ObjectReader& reader);

/// `{channel: {field: text}}`; at least one channel, each once (aliases are the same channel).
std::map<Channel, Fields> readContentByChannel(ObjectReader& reader);

/// Either form: fields for all `channels` alike, or fields by channel.
std::map<Channel, Fields> readContent(ObjectReader& reader, const std::vector<Channel>& channels);

void writeContent(JsonWriter& json, std::string_view name, const std::map<Channel, Fields>& content);

}  // namespace belfry
