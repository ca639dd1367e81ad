#include "kit/time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

namespace belfry {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::weeks;

constexpr TimePoint kEarliest{};
constexpr TimePoint kLatest{std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)};  // exclusive

constexpr std::array kWeekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Reads a text from left to right; every take* leaves the text alone when it does not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool atEnd() const { return rest_.empty(); }
  bool startsWith(char c) const { return rest_.starts_with(c); }

  bool takeOneOf(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `width` digits with a value from `least` to `most`.
  std::optional<int> takeNumber(std::size_t width, int least, int most) {
    if (digits() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value * 10 + (rest_[i] - '0');
    if (value < least || value > most) return std::nullopt;
    rest_.remove_prefix(width);
    return value;
  }

  /// One or more digits with a value of at most `most`.
  std::optional<std::int64_t> takeNumberUpTo(std::int64_t most) {
    const auto count = digits();
    if (count == 0) return std::nullopt;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value * 10 + (rest_[i] - '0');
      if (value > most) return std::nullopt;
    }
    rest_.remove_prefix(count);
    return value;
  }

  /// The 1 to 9 digits after a decimal mark, truncated to microseconds.
  std::optional<microseconds> takeFraction() {
    const auto count = digits();
    if (count == 0 || count > 9) return std::nullopt;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (i < count ? rest_[i] - '0' : 0);
    rest_.remove_prefix(count);
    return microseconds(value);
  }

 private:
  std::size_t digits() const {
    const auto end = rest_.find_first_not_of("0123456789");
    return end == std::string_view::npos ? rest_.size() : end;
  }

  std::string_view rest_;
};

/// full-date of RFC 3339 §5.6.
std::optional<std::chrono::sys_days> takeDate(Scanner& in) {
  const auto year = in.takeNumber(4, 0, 9999);
  if (!year || !in.takeOneOf("-")) return std::nullopt;
  const auto month = in.takeNumber(2, 1, 12);
  if (!month || !in.takeOneOf("-")) return std::nullopt;
  const auto day = in.takeNumber(2, 1, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// partial-time of RFC 3339 §5.6.
std::optional<microseconds> takeTimeOfDay(Scanner& in) {
  const auto hour = in.takeNumber(2, 0, 23);
  if (!hour || !in.takeOneOf(":")) return std::nullopt;
  const auto minute = in.takeNumber(2, 0, 59);
  if (!minute || !in.takeOneOf(":")) return std::nullopt;
  const auto second = in.takeNumber(2, 0, 59);
  if (!second) return std::nullopt;
  microseconds time = hours(*hour) + minutes(*minute) + seconds(*second);
  if (in.takeOneOf(".")) {
    const auto fraction = in.takeFraction();
    if (!fraction) return std::nullopt;
    time += *fraction;
  }
  return time;
}

/// time-offset of RFC 3339 §5.6: what to subtract from the local time.
std::optional<microseconds> takeOffset(Scanner& in) {
  if (in.takeOneOf("Zz")) return microseconds(0);
  const bool west = in.takeOneOf("-");
  if (!west && !in.takeOneOf("+")) return std::nullopt;
  const auto hour = in.takeNumber(2, 0, 23);
  if (!hour || !in.takeOneOf(":")) return std::nullopt;
  const auto minute = in.takeNumber(2, 0, 59);
  if (!minute) return std::nullopt;
  const microseconds offset = hours(*hour) + minutes(*minute);
  return west ? -offset : offset;
}

struct DurationUnit {
  char letter;
  microseconds length;
};
constexpr std::array kDateUnits{DurationUnit{'W', weeks(1)}, DurationUnit{'D', days(1)}};
constexpr std::array kTimeUnits{DurationUnit{'H', hours(1)}, DurationUnit{'M', minutes(1)},
                                DurationUnit{'S', seconds(1)}};
constexpr microseconds kLongestDuration = days(3660);

/// One `n<letter>`; leaves in `units` those that may still follow.
std::optional<microseconds> takeComponent(Scanner& in, std::span<const DurationUnit>& units) {
  const auto number = in.takeNumberUpTo(kLongestDuration / seconds(1));
  if (!number) return std::nullopt;
  std::optional<microseconds> fraction;
  if (in.takeOneOf(".,") && !(fraction = in.takeFraction())) return std::nullopt;
  while (!units.empty() && !in.takeOneOf({&units.front().letter, 1})) units = units.subspan(1);
  if (units.empty() || (fraction && units.front().letter != 'S')) return std::nullopt;
  const auto length = units.front().length;
  units = units.subspan(1);
  if (*number > kLongestDuration / length) return std::nullopt;
  return *number * length + fraction.value_or(microseconds(0));
}

/// One or more components, up to `T` or the end.
std::optional<microseconds> takeComponents(Scanner& in, std::span<const DurationUnit> units) {
  microseconds sum{0};
  do {
    const auto component = takeComponent(in, units);
    if (!component) return std::nullopt;
    sum += *component;
  } while (!in.atEnd() && !in.startsWith('T'));
  return sum;
}

struct CivilTime {
  std::chrono::sys_days date;
  std::chrono::year_month_day ymd;
  std::chrono::hh_mm_ss<microseconds> clock;

  explicit CivilTime(TimePoint at) : date(floor<days>(at)), ymd(date), clock(at - date) {}
  int year() const { return static_cast<int>(ymd.year()); }
  unsigned month() const { return static_cast<unsigned>(ymd.month()); }
  unsigned day() const { return static_cast<unsigned>(ymd.day()); }
  int hour() const { return static_cast<int>(clock.hours().count()); }
  int minute() const { return static_cast<int>(clock.minutes().count()); }
  int second() const { return static_cast<int>(clock.seconds().count()); }
  int microsecond() const { return static_cast<int>(clock.subseconds().count()); }
};

}  // namespace

TimePoint SystemClock::now() const { return floor<microseconds>(std::chrono::system_clock::now()); }

std::string formatRfc3339(TimePoint at) {
  const CivilTime civil(at);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", civil.year(), civil.month(),
                    civil.day(), civil.hour(), civil.minute(), civil.second(), civil.microsecond());
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<TimePoint> parseRfc3339(std::string_view text) {
  Scanner in(text);
  const auto date = takeDate(in);
  if (!date || !in.takeOneOf("Tt")) return std::nullopt;
  const auto time = takeTimeOfDay(in);
  if (!time) return std::nullopt;
  const auto offset = takeOffset(in);
  if (!offset || !in.atEnd()) return std::nullopt;
  const TimePoint at = *date + *time - *offset;
  if (at < kEarliest || at >= kLatest) return std::nullopt;
  return at;
}

std::optional<Duration> parseIsoDuration(std::string_view text) {
  Scanner in(text);
  if (!in.takeOneOf("P")) return std::nullopt;
  Duration sum{0};
  if (!in.startsWith('T')) {
    const auto date = takeComponents(in, kDateUnits);
    if (!date) return std::nullopt;
    sum += *date;
  }
  if (in.takeOneOf("T")) {
    const auto time = takeComponents(in, kTimeUnits);
    if (!time) return std::nullopt;
    sum += *time;
  }
  if (!in.atEnd() || sum > kLongestDuration) return std::nullopt;
  return sum;
}

std::string formatRfc5322(TimePoint at) {
  const CivilTime civil(at);
  const auto weekday = std::chrono::weekday(civil.date).c_encoding();
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000", kWeekdays[weekday], civil.day(),
                    kMonths[civil.month() - 1], civil.year(), civil.hour(), civil.minute(), civil.second());
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace belfry
