#include "services/schedules/cron_rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace belfry {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;

struct Field {
  std::string_view name;
  int least;
  int most;
  std::string_view names;  // three letters each, the first one stands for `least`
};

constexpr Field kMinute{"minute", 0, 59, ""};
constexpr Field kHour{"hour", 0, 23, ""};
constexpr Field kDay{"day of the month", 1, 31, ""};
constexpr Field kMonth{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"};
constexpr Field kWeekday{"day of the week", 0, 7, "SUNMONTUEWEDTHUFRISAT"};
constexpr std::size_t kNameLength = 3;

std::string allowedIn(const Field& field) {
  auto text = std::to_string(field.least) + " to " + std::to_string(field.most);
  if (!field.names.empty())
    text += ", " + std::string(field.names.substr(0, kNameLength)) + " to " +
            std::string(field.names.substr(field.names.size() - kNameLength));
  return text + "; lists with commas, ranges a-b, and steps /n after * or a range";
}

CronFault faultOf(const Field& field, std::string_view item, std::string_view what) {
  constexpr std::size_t kMostShown = 40;
  return {std::string(field.name) + " " + std::string(what), std::string(item.substr(0, kMostShown)), allowedIn(field)};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> toNumber(std::string_view text) {
  constexpr std::size_t kMostDigits = 3;
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || text.size() > kMostDigits || text.front() == '-' || error != std::errc() || stopped != end)
    return std::nullopt;
  return number;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::optional<int> toValue(std::string_view text, const Field& field) {
  if (auto number = toNumber(text)) return *number >= field.least && *number <= field.most ? number : std::nullopt;
  if (text.size() != kNameLength) return std::nullopt;
  std::array<char, kNameLength> name{};
  std::transform(text.begin(), text.end(), name.begin(), upper);
  for (std::size_t at = 0; at + kNameLength <= field.names.size(); at += kNameLength)
    if (std::equal(name.begin(), name.end(), field.names.begin() + static_cast<std::ptrdiff_t>(at)))
      return field.least + static_cast<int>(at / kNameLength);
  return std::nullopt;
}

struct Range {
  int first;
  int last;
  int step = 1;
};

Result<Range, CronFault> toRange(std::string_view item, const Field& field) {
  const auto slash = item.find('/');
  const auto span = item.substr(0, slash);
  const auto dash = span.find('-');
  Range range{field.least, field.most};
  if (span != "*") {
    const auto first = toValue(span.substr(0, dash), field);
    const auto last = dash == std::string_view::npos ? first : toValue(span.substr(dash + 1), field);
    if (!first || !last) return failure(faultOf(field, item, "is not in the form wanted or out of range"));
    if (*first > *last) return failure(faultOf(field, item, "has a range that ends before it starts"));
    range = {*first, *last};
  }
  if (slash == std::string_view::npos) return range;
  const auto step = toNumber(item.substr(slash + 1));
  if (!step || *step < 1) return failure(faultOf(field, item, "has a step that is no number from 1 on"));
  if (span != "*" && dash == std::string_view::npos)
    return failure(faultOf(field, item, "has a step after a single number"));
  range.step = *step;
  return range;
}

/// Sets the bits that the field names.
template <std::size_t N>
std::optional<CronFault> read(std::string_view text, const Field& field, std::bitset<N>& bits) {
  for (const auto item : split(text, ',')) {
    const auto range = toRange(item, field);
    if (!range) return range.error();
    for (int value = range->first; value <= range->last; value += range->step)
      bits.set(static_cast<std::size_t>(value));
  }
  return std::nullopt;
}

std::vector<std::string_view> fieldsOf(std::string_view text) {
  auto fields = split(text, ' ');
  std::erase(fields, std::string_view());
  return fields;
}

}  // namespace

Result<CronRule, CronFault> CronRule::parse(std::string_view text) {
  constexpr std::size_t kFields = 5;
  const auto fields = fieldsOf(text);
  if (fields.size() != kFields)
    return failure(
        CronFault{"has " + std::to_string(fields.size()) + " fields", std::string(text),
                  "five fields: minute, hour, day of the month, month, day of the week, such as 0 9 * * MON-FRI"});
  CronRule rule;
  auto fault = read(fields[0], kMinute, rule.minutes_);
  if (!fault) fault = read(fields[1], kHour, rule.hours_);
  if (!fault) fault = read(fields[2], kDay, rule.days_);
  if (!fault) fault = read(fields[3], kMonth, rule.months_);
  if (!fault) fault = read(fields[4], kWeekday, rule.weekdays_);
  if (fault) return failure(*std::move(fault));
  constexpr std::size_t kSundayToo = 7;
  if (rule.weekdays_[kSundayToo]) rule.weekdays_.set(0);
  rule.any_day_ = fields[2].starts_with('*');
  rule.any_weekday_ = fields[4].starts_with('*');
  return rule;
}

bool CronRule::matchesDay(local_days day) const {
  const std::chrono::year_month_day date(day);
  const bool in_month = months_[static_cast<unsigned>(date.month())];
  const bool by_date = days_[static_cast<unsigned>(date.day())];
  const bool by_weekday = weekdays_[std::chrono::weekday(day).c_encoding()];
  const bool either = !any_day_ && !any_weekday_;
  return in_month && (either ? by_date || by_weekday : by_date && by_weekday);
}

bool CronRule::matches(LocalTime at) const {
  const auto day = floor<days>(at);
  const auto minute = floor<minutes>(at - day).count();
  return minutes_[static_cast<std::size_t>(minute % 60)] && hours_[static_cast<std::size_t>(minute / 60)] &&
         matchesDay(day);
}

std::optional<Duration> CronRule::timeOfDay(Duration from) const {
  for (auto at = std::chrono::ceil<minutes>(from); at < days(1);) {
    const auto minute = static_cast<std::size_t>(at.count());
    if (!hours_[minute / 60]) at = floor<hours>(at) + hours(1);
    else if (!minutes_[minute % 60]) at += minutes(1);
    else return at;
  }
  return std::nullopt;
}

std::optional<LocalTime> CronRule::next(LocalTime after, LocalTime until) const {
  auto day = floor<days>(after);
  auto from = after - day + Duration(1);
  for (; day < until; day += days(1), from = Duration::zero()) {
    if (!matchesDay(day)) continue;
    const auto time = timeOfDay(from);
    if (time && day + *time < until) return day + *time;
  }
  return std::nullopt;
}

}  // namespace belfry
