#include "api/http/handler.h"

#include <unistd.h>

namespace belfry {

HandedSocket::~HandedSocket() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace belfry
