// A transaction that ends with its scope, and the only way to act as a tenant.
#pragma once

#include "adapters/postgres/connection.h"
#include "model/ids.h"

namespace belfry::pg {

/// Rolls back unless commit() was called. The connection must outlive it.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  /// BEGIN and set_config('belfry.tenant', tenant, true) in one round trip: row-level security sees this tenant until
  /// the end of the transaction, never longer.
  Transaction(Connection& connection, TenantId tenant);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Rows run(const Statement& statement, const Params& params = {}) { return connection_.run(statement, params); }
  std::vector<Rows> runPipelined(const Batch& batch) { return connection_.runPipelined(batch); }
  /// See Connection::commit.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// One statement as a tenant, as a transaction of its own in a single round trip. For the many stores that need no
/// more.
Rows runAsTenant(Connection& connection, TenantId tenant, const Statement& statement, const Params& params = {});

}  // namespace belfry::pg
