// Words of queues in parameters and rows.
#pragma once

#include "adapters/postgres/enum_column.h"
#include "adapters/postgres/params.h"
#include "adapters/postgres/rows.h"
#include "model/queue.h"

namespace belfry::pg {

inline std::optional<std::string> channelOrNull(const std::optional<Channel>& channel) {
  return channel ? std::optional(std::string(toText(*channel))) : std::nullopt;
}

inline std::optional<std::int64_t> numberOrNull(const std::optional<Priority>& priority) {
  return priority ? std::optional<std::int64_t>(toNumber(*priority)) : std::nullopt;
}

inline std::optional<Channel> maybeChannel(const Row& row, int column) {
  const auto text = row.maybeText(column);
  return text ? std::optional(required(parseChannel(*text), "channel")) : std::nullopt;
}

inline std::optional<Priority> maybePriority(const Row& row, int column) {
  const auto number = row.maybeInt64(column);
  return number ? std::optional(required(priorityFromNumber(*number), "priority")) : std::nullopt;
}

/// Two columns: channel, priority.
inline QueueName queueName(const Row& row, int column) {
  return {required(parseChannel(row.text(column)), "channel"),
          required(priorityFromNumber(row.int64(column + 1)), "priority")};
}

}  // namespace belfry::pg
