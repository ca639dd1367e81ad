// The throwaway process of a trial load, as belfryd's main is when it gets --trial-load.
#include <cstring>

#include "adapters/plugins/loaded_plugin.h"

int main(int argc, char** argv) {
  return argc >= 3 && std::strcmp(argv[1], "--trial-load") == 0 ? belfry::plugins::trialLoad({argv + 2, argv + argc})
                                                                : 2;
}
