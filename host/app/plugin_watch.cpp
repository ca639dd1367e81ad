#include "app/plugin_watch.h"

namespace belfry {
namespace {

constexpr auto kPause = std::chrono::milliseconds(300);

}  // namespace

PluginWatch::PluginWatch(plugins::PluginRegistry& registry, std::function<void()> changed, const Log& log)
    : registry_(registry),
      changed_(std::move(changed)),
      stamp_(registry.lockStamp()),
      loop_(
          "plugins", kPause, [this] { return look(); }, log) {}

bool PluginWatch::look() {
  auto stamp = registry_.lockStamp();
  if (stamp == stamp_) return false;
  stamp_ = std::move(stamp);  // read before the locks are: a change meanwhile is seen by the next look
  if (registry_.rescan()) changed_();
  return false;
}

}  // namespace belfry
