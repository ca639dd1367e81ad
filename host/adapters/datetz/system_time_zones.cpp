#include "adapters/datetz/system_time_zones.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "adapters/datetz/standing_rule.h"

namespace belfry::datetz {
namespace {

using DateLocal = date::local_time<Duration>;

constexpr const char* kZoneFiles = "/usr/share/zoneinfo/";  // where date-tz looks as well

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What stands between the last two line feeds.
std::string lastLine(const std::string& file) {
  if (file.size() < 2 || file.back() != '\n') return {};
  const auto before = file.rfind('\n', file.size() - 2);
  return before == std::string::npos ? std::string() : file.substr(before + 1, file.size() - before - 2);
}

/// Whether the list has no change after this piece of it.
bool isLast(const date::sys_info& piece) { return piece.end > date::sys_days{date::year(9999) / 1 / 1}; }

/// Beside the zones lie files that name none, or that mean whatever this machine is set to.
bool namesNoZone(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kOthers = {"Factory", "localtime", "posixrules"};
  return std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end();
}

class SystemZone final : public TimeZone {
 public:
  explicit SystemZone(const date::time_zone& zone)
      : name_(zone.name()), zone_(zone), rule_(StandingRule::parse(lastLine(readFile(kZoneFiles + name_)))) {}

  const std::string& name() const override { return name_; }

  LocalTime local(TimePoint at) const override {
    const auto piece = zone_.get_info(at);
    const auto offset = rule_ && isLast(piece) ? rule_->offset(at) : piece.offset;
    return LocalTime(at.time_since_epoch() + offset);
  }

  LocalMoment resolve(LocalTime local) const override {
    const auto pieces = zone_.get_info(DateLocal(local.time_since_epoch()));
    if (pieces.result == date::local_info::nonexistent) return {LocalKind::never, TimePoint(pieces.first.end)};
    const TimePoint at(local.time_since_epoch() - pieces.first.offset);
    if (pieces.result == date::local_info::ambiguous) return {LocalKind::twice, at};
    return rule_ && isLast(pieces.first) ? rule_->resolve(local) : LocalMoment{LocalKind::once, at};
  }

 private:
  const std::string name_;
  const date::time_zone& zone_;
  const std::optional<StandingRule> rule_;
};

}  // namespace

struct SystemTimeZones::Zones {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<SystemZone>, std::less<>> found;  // guarded by mutex
};

SystemTimeZones::SystemTimeZones() : zones_(std::make_unique<Zones>()) {
  if (find("UTC") == nullptr) throw std::runtime_error("there are no time zones; install the package tzdata");
}

SystemTimeZones::~SystemTimeZones() = default;

const TimeZone* SystemTimeZones::find(std::string_view name) const {
  if (namesNoZone(name)) return nullptr;
  std::lock_guard lock(zones_->mutex);
  const auto known = zones_->found.find(name);
  if (known != zones_->found.end()) return known->second.get();
  // What is not there is not remembered: names come from strangers.
  const auto& all = date::get_tzdb().zones;
  const auto zone = std::lower_bound(
      all.begin(), all.end(), name,
      [](const date::time_zone& each, std::string_view wanted) { return std::string_view(each.name()) < wanted; });
  if (zone == all.end() || zone->name() != name) return nullptr;
  auto made = std::make_unique<SystemZone>(*zone);
  return zones_->found.emplace(std::string(name), std::move(made)).first->second.get();
}

}  // namespace belfry::datetz
