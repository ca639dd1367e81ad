#include "adapters/embedded/postgres_config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "adapters/embedded/embedded_error.h"

namespace belfry::embedded {
namespace {

constexpr std::string_view kPostgresConf =
    R"(# The embedded PostgreSQL of belfryd. Written once; yours to edit from then on, read at the next start.
# Where its data and socket lie, and that it listens on no port, is given on its command line and not changed here.

max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0   # short statements, and a container's /dev/shm is small

# What Belfry's promises stand on: a 202 leaves after a commit that survives a power cut.
fsync = on
synchronous_commit = on
full_page_writes = on
min_wal_size = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

# The table of live work is small and changes all the time.
autovacuum_naptime = 15s
autovacuum_vacuum_cost_limit = 2000

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
cluster_name = 'belfry'
)";

// Trust, because the socket is the lock: it lies in a directory of mode 0700, so only PostgreSQL's own user and root
// reach it, and both can read and change the cluster's files anyway. A password would have to be kept beside it and
// protect nothing. No line of type host: it listens on no port.
constexpr std::string_view kPgHba =
    R"(# Written by belfryd on every start. Only the unix socket, in a directory of mode 0700: whoever reaches it is
# PostgreSQL's own user or root, who can read the data files as well.
local all all trust
)";

EmbeddedError cannotWrite(const std::filesystem::path& file) {
  return EmbeddedError(file.string() + " cannot be written: " + std::strerror(errno));
}

/// Readable by PostgreSQL's user; complete or absent, never half.
void writeWhole(const std::filesystem::path& file, std::string_view text) {
  const auto unfinished = file.string() + ".new";
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw cannotWrite(unfinished);
  const bool written =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fchmod(fd, 0644) == 0;
  ::close(fd);
  if (!written || ::rename(unfinished.c_str(), file.c_str()) != 0) throw cannotWrite(file);
}

}  // namespace

void writePostgresConfig(const std::filesystem::path& etc) {
  if (!std::filesystem::exists(etc / "postgresql.conf")) writeWhole(etc / "postgresql.conf", kPostgresConf);
  writeWhole(etc / "pg_hba.conf", kPgHba);
}

}  // namespace belfry::embedded
