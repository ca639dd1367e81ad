// What the checker says: one line per check, and how to mend what failed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry::check {

enum class Verdict { pass, fail, crash, skip, warn };

struct Line {
  std::string check;  ///< group/name, such as "static/exports"; stable, for scripts
  Verdict verdict = Verdict::pass;
  std::string detail;
  std::string mend;  ///< what to change; empty unless fail, crash or warn
};

class Report {
 public:
  void pass(std::string check, std::string detail) { add({std::move(check), Verdict::pass, std::move(detail), {}}); }
  void skip(std::string check, std::string detail) { add({std::move(check), Verdict::skip, std::move(detail), {}}); }
  void fail(std::string check, std::string detail, std::string mend) {
    add({std::move(check), Verdict::fail, std::move(detail), std::move(mend)});
  }
  void warn(std::string check, std::string detail, std::string mend) {
    add({std::move(check), Verdict::warn, std::move(detail), std::move(mend)});
  }
  void crash(std::string check, std::string detail, std::string mend) {
    add({std::move(check), Verdict::crash, std::move(detail), std::move(mend)});
  }
  void add(Line line) { lines_.push_back(std::move(line)); }

  const std::vector<Line>& lines() const { return lines_; }
  /// No Fail and no Crash.
  bool passed() const;

 private:
  std::vector<Line> lines_;
};

/// "Pass", "Fail", "Crash", "Skip", "Warn".
std::string_view verdictName(Verdict verdict);

/// For people: one line per check, then a summary.
std::string toText(const Report& report);

/// {"plugin", "passed", "results": [{"check", "verdict", "detail", "mend"}]}
std::string toJson(const Report& report, std::string_view plugin);

}  // namespace belfry::check
