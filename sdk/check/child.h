// Runs plugin code where it can do no harm: in a forked process with a deadline, whose output and end are seen.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "check/report.h"

namespace belfry::check {

/// What the child tells its parent; used inside of the child only. Every call is written at once, so that a crash loses
/// nothing that was said before.
class ChildReport {
 public:
  explicit ChildReport(int fd) : fd_(fd) {}
  /// Of a body that runs in this very process, under a debugger.
  explicit ChildReport(Report& here) : here_(&here) {}
  /// What runs next, for the words about a crash: "in belfry_plugin_v1".
  void stage(const std::string& text);
  void pass(const std::string& check, const std::string& detail);
  void skip(const std::string& check, const std::string& detail);
  void fail(const std::string& check, const std::string& detail, const std::string& mend);
  void warn(const std::string& check, const std::string& detail, const std::string& mend);

 private:
  void send(char kind, const std::string& a, const std::string& b = {}, const std::string& c = {});
  int fd_ = -1;
  Report* here_ = nullptr;
};

struct ChildEnd {
  bool crashed = false;  ///< by a signal, by an exit of its own, or by running into the deadline
  std::string how;       ///< when crashed: "SIGSEGV (Segmentation fault) while its constructors ran"
  std::string output;    ///< what came on stdout and stderr, at most 4 KiB
};

/// Forks, runs `body` in the child and adds its lines to `report`. The caller has one thread. A child that exceeds
/// `limit` is killed.
ChildEnd runInChild(Report& report, std::chrono::milliseconds limit, const std::function<void(ChildReport&)>& body);

}  // namespace belfry::check
