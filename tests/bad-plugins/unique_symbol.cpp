// A static of a template with default visibility: one for all plugins, whatever RTLD_LOCAL says.
#include "innocent.h"

template <class T>
struct __attribute__((visibility("default"))) Shared {
  static int count;
};
template <class T>
int Shared<T>::count = 0;

extern "C" __attribute__((visibility("default"))) int bumpShared() { return ++Shared<int>::count; }

INNOCENT_ENTRY(innocent::get)
