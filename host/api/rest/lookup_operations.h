// lookups: the words of the vocabulary with a sentence about each, for forms and filters.
#pragma once

#include "api/rest/router.h"

namespace belfry {

void addLookupOperations(Router& router);

}  // namespace belfry
