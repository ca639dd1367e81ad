// Why a command cannot go on. Caught once, in belfry.cpp.
#pragma once

#include <stdexcept>

namespace belfry::cli {

/// The command line itself is wrong: exit status 2. what() names option, value and what is allowed.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command could not be done: exit status 1. what() is one readable line, or empty when the reason has been shown.
class CommandFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  CommandFailed() : std::runtime_error("") {}
};

/// No answer from the host: it is away, or the connection broke.
class HostAway : public CommandFailed {
  using CommandFailed::CommandFailed;
};

}  // namespace belfry::cli
