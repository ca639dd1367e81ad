#include "adapters/postgres/transaction.h"

namespace belfry::pg {
namespace {

constexpr Statement kBegin{"begin", "BEGIN"};
constexpr Statement kSetTenant{"set_tenant", "SELECT set_config('belfry.tenant', $1, true)"};

std::pair<Statement, Params> setTenant(TenantId tenant) {
  Params params;
  params.add(tenant.toString());
  return {kSetTenant, std::move(params)};
}

}  // namespace

Transaction::Transaction(Connection& connection) : connection_(connection) { connection_.begin(); }

Transaction::Transaction(Connection& connection, TenantId tenant) : connection_(connection) {
  connection_.pipeline({{kBegin, {}}, setTenant(tenant)}, false);
}

Transaction::~Transaction() {
  if (open_) connection_.tidy();
}

void Transaction::commit() {
  open_ = false;
  connection_.commit();
}

Rows runAsTenant(Connection& connection, TenantId tenant, const Statement& statement, const Params& params) {
  if (connection.inTransaction()) throw std::logic_error("runAsTenant within a transaction");
  auto results = connection.runPipelined({setTenant(tenant), {statement, params}});
  return std::move(results.back());
}

}  // namespace belfry::pg
