#include "system/stage.h"

namespace belfry::test {

Stage& stage() {
  static Stage the_one;
  return the_one;
}

}  // namespace belfry::test
