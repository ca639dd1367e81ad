// The border of every store: SQL failures become what the ports promise.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "adapters/postgres/error.h"
#include "adapters/postgres/keyring.h"
#include "adapters/postgres/pool.h"
#include "ports/store_error.h"

namespace belfry::pg {

/// The server answered, but cannot work now: a statement or lock that took too long, a standby, no memory, disk or
/// slots, a stop, an I/O error. PostgreSQL 15, Appendix A.
inline bool cannotWorkNow(std::string_view sqlstate) {
  static constexpr std::string_view kPrefixes[] = {"25006", "53", "55P03", "57", "58"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](auto prefix) { return sqlstate.starts_with(prefix); });
}

/// Runs `body` with a leased connection. A database that is away or busy, and what may be tried again, becomes
/// StoreUnavailable; whatever else it says StoreRejected.
template <class Body>
auto withConnection(Pool& pool, Body&& body) -> decltype(body(std::declval<Connection&>())) {
  try {
    auto lease = pool.acquire();
    return std::forward<Body>(body)(*lease);
  } catch (const SqlError& error) {
    if (error.connectionLost() || error.retryable() || cannotWorkNow(error.sqlstate()))
      throw StoreUnavailable(error.what());
    throw StoreRejected(error.what());
  } catch (const PoolTimeout& error) {
    throw StoreUnavailable(error.what());
  } catch (const KeyringError& error) {
    throw StoreRejected(error.what());
  }
}

}  // namespace belfry::pg
