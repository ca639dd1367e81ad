#include "api/http/file_limit.h"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace belfry {

std::size_t raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::system_error(errno, std::generic_category(), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
  return limit.rlim_cur;
}

}  // namespace belfry
