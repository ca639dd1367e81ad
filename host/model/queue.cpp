#include "model/queue.h"

namespace belfry {

bool covers(const PauseScope& scope, QueueName queue) {
  return scope.provider.empty() && scope.channel.value_or(queue.channel) == queue.channel &&
         scope.priority.value_or(queue.priority) == queue.priority;
}

}  // namespace belfry
