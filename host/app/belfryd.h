#pragma once

namespace belfry {

/// The whole program: options, config, start, wait for a signal, stop. Returns the process's exit code.
int runBelfryd(int argc, char** argv);

}  // namespace belfry
