// Loads plugins in throwaway processes first: one that crashes in a constructor takes that process with it, not the
// host.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace belfry::plugins {

/// What a trial process says last, beside ending with 0, when all went well. The exit code alone proves nothing: a
/// constructor that calls exit(0) has it, too.
inline constexpr const char* kTrialPassed = "belfry: trial load passed";

/// Generous, since only a plugin that hangs costs it: a loaded machine may take seconds to read the program from disk,
/// and a plugin that is left out because of that stays out until the next start.
inline constexpr std::chrono::milliseconds kTrialPatience{20'000};

/// Runs `program --trial-load FILE…` with all of the files. Only when that does not pass, each file gets a process of
/// its own, all at once, which tells whose fault it is: starting a process costs many times what loading a plugin does.
/// Waits at most `patience` for all of it; what has not ended then is killed with all that it started. Element i is
/// empty when file i loaded, else the reason (the signal that ended it, what it printed, or that it did not come back).
std::vector<std::string> trialLoads(const std::string& program, const std::vector<std::string>& files,
                                    std::chrono::milliseconds patience = kTrialPatience);

}  // namespace belfry::plugins
