// Loads plugins in throwaway processes first: one that crashes in a constructor takes that process with it, not the
// host.
#pragma once

#include <string>
#include <vector>

namespace belfry::plugins {

/// What a trial process says last, beside ending with 0, when all went well. The exit code alone proves nothing: a
/// constructor that calls exit(0) has it, too.
inline constexpr const char* kTrialPassed = "belfry: trial load passed";

/// Runs `program --trial-load FILE` for each file, all at once, and waits at most 5 s; what has not ended then is
/// killed with all that it started. Element i is empty when file i loaded, else the reason (the signal that ended it,
/// what it printed, or that it did not come back).
std::vector<std::string> trialLoads(const std::string& program, const std::vector<std::string>& files);

}  // namespace belfry::plugins
