#include "adapters/embedded/stop_event.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace belfry::embedded {

StopEvent::StopEvent() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

StopEvent::~StopEvent() { ::close(fd_); }

void StopEvent::set() noexcept { ::eventfd_write(fd_, 1); }

bool StopEvent::isSet() const noexcept {
  pollfd event{fd_, POLLIN, 0};
  return ::poll(&event, 1, 0) == 1;
}

bool StopEvent::waitFor(std::chrono::milliseconds limit) const {
  pollfd event{fd_, POLLIN, 0};
  ::poll(&event, 1, static_cast<int>(limit.count()));
  return isSet();
}

}  // namespace belfry::embedded
