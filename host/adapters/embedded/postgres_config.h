// The configuration files of the embedded PostgreSQL.
#pragma once

#include <filesystem>

namespace belfry::embedded {

/// DIR/etc/postgresql.conf when absent, and DIR/etc/pg_hba.conf in any case. They lie outside the cluster, whose
/// directory belongs to PostgreSQL's user: a host that runs as root writes nothing where that user could plant a link.
/// Throws EmbeddedError.
void writePostgresConfig(const std::filesystem::path& etc);

}  // namespace belfry::embedded
