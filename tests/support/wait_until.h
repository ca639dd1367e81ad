// Waiting in tests: on a condition, with a deadline; never a bare pause.
#pragma once

#include <chrono>
#include <functional>

namespace belfry::test {

/// Evaluates `condition` until it is true or `limit` has passed; returns its last answer. Between two looks it waits in
/// ppoll(2), 1 ms at first and up to 20 ms later. Thread-safe if the condition is.
[[nodiscard]] bool waitUntil(std::chrono::milliseconds limit, const std::function<bool()>& condition);

}  // namespace belfry::test
