#include "adapters/datetz/standing_rule.h"

#include <algorithm>

namespace belfry::datetz {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month_day;

/// From left to right; what does not fit makes the whole fail.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  std::optional<StandingRule> read() {
    StandingRule rule;
    if (!takeName() || !takeTime(rule.standard_)) return std::nullopt;
    rule.standard_ = -rule.standard_;  // POSIX counts to the west
    if (rest_.empty()) return rule;
    if (!takeName()) return std::nullopt;
    seconds summer = -(rule.standard_ + hours(1));
    if (!rest_.starts_with(',') && !takeTime(summer)) return std::nullopt;
    rule.summer_ = -summer;
    if (!take(',') || !takeChange(rule.begin_) || !take(',') || !takeChange(rule.end_)) return std::nullopt;
    return rest_.empty() ? std::optional(rule) : std::nullopt;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Letters, or anything within <>.
  bool takeName() {
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const auto end =
        rest_.starts_with('<')
            ? rest_.find('>') + 1  // none: 0
            : static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_letter) - rest_.begin());
    rest_.remove_prefix(end);
    return end > 0;
  }

  bool takeNumber(unsigned& number, unsigned most) {
    const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    constexpr std::size_t kMostDigits = 3;
    if (digits == 0 || digits > kMostDigits) return false;
    number = 0;
    for (std::size_t i = 0; i < digits; ++i) number = number * 10 + static_cast<unsigned>(rest_[i] - '0');
    rest_.remove_prefix(digits);
    return number <= most;
  }

  /// [+-]h[:m[:s]]
  bool takeTime(seconds& time) {
    const bool negative = take('-');
    if (!negative) take('+');
    unsigned hour = 0, minute = 0, second = 0;
    if (!takeNumber(hour, 167)) return false;
    if (take(':') && !takeNumber(minute, 59)) return false;
    if (take(':') && !takeNumber(second, 59)) return false;
    time = hours(hour) + std::chrono::minutes(minute) + seconds(second);
    if (negative) time = -time;
    return true;
  }

  /// Mm.w.d[/time]
  bool takeChange(StandingRule::Change& change) {
    change.time = hours(2);
    if (!take('M') || !takeNumber(change.month, 12) || !take('.') || !takeNumber(change.week, 5) || !take('.') ||
        !takeNumber(change.weekday, 6) || change.month == 0 || change.week == 0)
      return false;
    return !take('/') || takeTime(change.time);
  }

  std::string_view rest_;
};

std::optional<StandingRule> StandingRule::parse(std::string_view text) { return RuleReader(text).read(); }

LocalTime StandingRule::dayOf(const Change& change, year in) {
  const auto month = in / std::chrono::month(change.month);
  const std::chrono::weekday weekday(change.weekday);
  constexpr unsigned kLastWeek = 5;
  if (change.week == kLastWeek) return std::chrono::local_days(month / weekday[std::chrono::last]) + change.time;
  return std::chrono::local_days(month / weekday[change.week]) + change.time;
}

TimePoint StandingRule::begins(year in) const { return TimePoint(dayOf(begin_, in).time_since_epoch() - standard_); }

TimePoint StandingRule::ends(year in) const { return TimePoint(dayOf(end_, in).time_since_epoch() - *summer_); }

seconds StandingRule::offset(TimePoint at) const {
  if (!summer_) return standard_;
  const auto in = year_month_day(floor<days>(at + standard_)).year();
  const auto begin = begins(in);
  const auto end = ends(in);
  // In the south summer goes over the new year.
  const bool summer = begin < end ? begin <= at && at < end : !(end <= at && at < begin);
  return summer ? *summer_ : standard_;
}

LocalMoment StandingRule::resolve(LocalTime local) const {
  const auto asIf = [&](seconds of) { return TimePoint(local.time_since_epoch() - of); };
  const auto summer = summer_.value_or(standard_);
  const bool by_standard = offset(asIf(standard_)) == standard_;
  const bool by_summer = offset(asIf(summer)) == summer;
  if (by_standard && by_summer && summer != standard_)
    return {LocalKind::twice, std::min(asIf(standard_), asIf(summer))};
  if (by_standard) return {LocalKind::once, asIf(standard_)};
  if (by_summer) return {LocalKind::once, asIf(summer)};
  // A gap: it lies at that change of the year which moves the clocks forward.
  const auto in = year_month_day(std::chrono::sys_days(floor<days>(local).time_since_epoch())).year();
  return {LocalKind::never, summer > standard_ ? begins(in) : ends(in)};
}

}  // namespace belfry::datetz
