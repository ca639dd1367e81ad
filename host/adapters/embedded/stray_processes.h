// Processes that a killed host left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace belfry::embedded {

/// Processes named `program` (/proc/PID/comm) whose working directory is `directory`. PostgreSQL's processes stand in
/// their cluster's directory and Redis in its own, which tells ours from any other on the machine.
std::vector<pid_t> processesIn(const std::filesystem::path& directory, const std::string& program);

/// Sends `first` to `leader` (if it is one of them) or to all, and after `limit` SIGKILL to all; returns when none is
/// left. Returns how many there were. To be called with the data directory locked: then nobody else can own them.
std::size_t endProcessesIn(const std::filesystem::path& directory, const std::string& program, pid_t leader, int first,
                           std::chrono::milliseconds limit);

}  // namespace belfry::embedded
