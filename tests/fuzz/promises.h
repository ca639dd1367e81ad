// What must hold whatever comes in. A broken promise ends the program, as a crash does, and libFuzzer keeps the input.
#pragma once

#include <string>
#include <string_view>

#include "check/operation.h"
#include "fuzz/fuzz_input.h"

namespace belfry::fuzz {

[[noreturn]] void broken(const std::string& promise);

/// What the input itself gives reason for, so that the plugin is not to blame.
struct Excuses {
  bool secret_shown = false;  ///< a secret is in the input: an echo of it is no leak
  bool egress = false;        ///< the config is made up: where it points to, the host refuses to go
};

/// Begun: answers what waits with the parts of `input`, then with good answers, until it ends. Checks after each step
/// that no rule of belfry/steps.h is broken, that what may have been sent is never tried again, and that it ends.
/// `own_config`: the config comes from the fuzzer.
void runThrough(check::Operation& operation, FuzzInput& input, std::string_view bytes, const check::Instance& instance,
                bool own_config = false);

}  // namespace belfry::fuzz
