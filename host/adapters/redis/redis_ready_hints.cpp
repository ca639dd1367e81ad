#include "adapters/redis/redis_ready_hints.h"

#include <Poco/Redis/Array.h>

#include <cstring>
#include <map>
#include <stdexcept>

#include "redis_scripts.h"

namespace belfry::redis {
namespace {

using Poco::Redis::Array;
using Poco::Redis::BulkString;

constexpr std::size_t kIdBytes = 16;

std::string bytesOf(const Uuid& id) {
  return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

Uuid uuidOf(const std::string& bytes, std::size_t from = 0) {
  if (bytes.size() < from + kIdBytes) throw std::runtime_error("a hint that is no id");
  Uuid id;
  std::memcpy(id.bytes.data(), bytes.data() + from, kIdBytes);
  return id;
}

std::string digit(Priority priority) { return std::to_string(toNumber(priority)); }

std::string nameOf(const Lane& lane) {
  return digit(lane.priority) + bytesOf(lane.tenant.value) + std::string(toText(lane.channel));
}

Lane laneOf(const std::string& name) {
  const auto priority = name.empty() ? std::nullopt : priorityFromNumber(name[0] - '0');
  const auto channel = name.size() > 1 + kIdBytes ? parseChannel(name.substr(1 + kIdBytes)) : std::nullopt;
  if (!priority || !channel) throw std::runtime_error("a list of hints that is no lane's");
  return {*priority, {uuidOf(name, 1)}, *channel};
}

/// Poco's empty arrays are null ones, which have no size.
std::size_t sizeOf(const Array& array) { return array.isNull() ? 0 : array.size(); }

/// Three answers for each lane; see take.lua.
TakenHints parseTaken(const Array& answer) {
  TakenHints taken;
  for (std::size_t i = 0; i + 2 < sizeOf(answer); i += 3) {
    const auto lane = laneOf(answer.get<BulkString>(i).value());
    if (answer.get<Poco::Int64>(i + 1) == 1) taken.exhausted.push_back(lane);
    const auto ids = answer.get<Array>(i + 2);
    for (std::size_t k = 0; k < sizeOf(ids); ++k)
      taken.ready.push_back({lane, {uuidOf(ids.get<BulkString>(k).value())}});
  }
  return taken;
}

}  // namespace

RedisReadyHints::RedisReadyHints(RedisClient& taking, RedisClient& feeding, RedisReadyHintsSettings settings)
    : taking_(taking), feeding_(feeding), settings_(std::move(settings)), prefix_("{" + settings_.prefix + "}") {}

bool RedisReadyHints::lost() {
  const bool fresh = feeding_.setOnce(prefix_ + ":marker", "1");
  // A new connection: what others pushed meanwhile is there, what this host wanted to push is not.
  const auto connections = feeding_.connections();
  return seen_connections_.exchange(connections) != connections || fresh;
}

void RedisReadyHints::push(std::span<const ReadyDelivery> ready) {
  std::map<Lane, std::vector<std::string>> lanes;
  for (const auto& one : ready) lanes[one.lane].push_back(bytesOf(one.id.value));
  std::vector<std::string> arguments{prefix_, std::to_string(settings_.most_in_a_list)};
  for (auto& [lane, ids] : lanes) {
    arguments.push_back(nameOf(lane));
    arguments.push_back(digit(lane.priority));
    arguments.push_back(std::to_string(ids.size()));
    arguments.insert(arguments.end(), std::make_move_iterator(ids.begin()), std::make_move_iterator(ids.end()));
  }
  feeding_.run(lua::push, arguments);
}

std::optional<TakenHints> RedisReadyHints::take(const ClaimRoom& room) {
  std::vector<std::string> arguments{prefix_};
  for (const auto& [priority, count] : room) {
    if (count <= 0) continue;
    arguments.push_back(digit(priority));
    arguments.push_back(std::to_string(count));
  }
  TakenHints taken;
  const bool done = taking_.run(lua::take, arguments, [&](const Array& answer) { taken = parseTaken(answer); });
  return done ? std::optional(std::move(taken)) : std::nullopt;
}

void RedisReadyHints::refill(const Lane& lane, std::span<const DeliveryId> ids, bool more) {
  if (ids.empty()) return;
  std::vector<std::string> arguments{prefix_, nameOf(lane), digit(lane.priority), more ? "1" : "0"};
  for (const auto& id : ids) arguments.push_back(bytesOf(id.value));
  feeding_.run(lua::refill, arguments);
}

std::vector<Lane> RedisReadyHints::withoutHints(std::span<const Lane> lanes) {
  std::vector<Lane> without;
  if (lanes.empty()) return without;
  std::vector<std::string> arguments{prefix_};
  for (const auto& lane : lanes) arguments.push_back(nameOf(lane));
  feeding_.run(lua::empty, arguments, [&](const Array& answer) {
    for (std::size_t i = 0; i < sizeOf(answer); ++i) {
      const auto place = answer.get<Poco::Int64>(i);
      if (place >= 1 && static_cast<std::size_t>(place) <= lanes.size())
        without.push_back(lanes[static_cast<std::size_t>(place) - 1]);
    }
  });
  return without;
}

}  // namespace belfry::redis
