// What all connections of one server share. Internal to the edge.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "api/http/handler.h"
#include "api/http/settings.h"
#include "kit/log.h"
#include "kit/time.h"

namespace belfry::edge {

constexpr int kLowestRefusal = 400;
constexpr int kRefusalStatuses = 200;  ///< 400 to 599

struct Counters {
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> abandoned{0};
  std::array<std::atomic<std::uint64_t>, kRefusalStatuses> refused{};
};

struct EdgeContext {
  EdgeContext(HttpHandler& h, HttpServerSettings s, Log& l) : handler(h), settings(std::move(s)), log(l) {}

  HttpHandler& handler;
  const HttpServerSettings settings;
  Log& log;
  SystemClock clock;
  Counters counters;
  std::atomic<std::size_t> buffered_bytes{0};  ///< bodies of requests that are read or handled
  std::atomic<bool> draining{false};
  std::mutex drain_mutex;
  std::condition_variable drained;  ///< notified when `open` falls while draining
};

}  // namespace belfry::edge
