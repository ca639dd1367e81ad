#include "adapters/postgres/requeue.h"

#include <algorithm>

#include "sql_statements.h"

namespace belfry::pg {
namespace {

/// Deliveries are minted with their notification, or a few milliseconds later.
constexpr auto kDay = std::chrono::milliseconds(std::chrono::hours(24));

}  // namespace

Params chosenDeliveries(TenantId tenant, const std::vector<Uuid>& deliveries) {
  const auto [least, greatest] = std::minmax_element(deliveries.begin(), deliveries.end());
  Params params;
  params.add(tenant);
  params.addUuids(deliveries);
  params.add(*least);
  params.add(*greatest);
  return params;
}

std::vector<Uuid> idsOf(const Rows& rows) {
  std::vector<Uuid> ids;
  for (auto row : rows) ids.push_back(row.uuid(0));
  return ids;
}

std::vector<Uuid> takeDead(Connection& connection, TenantId tenant, const std::vector<Uuid>& deliveries,
                           const std::string& by, const std::vector<Uuid>& letters) {
  if (deliveries.empty()) return {};
  Params params;
  params.add(tenant);
  params.addUuids(deliveries);
  params.add(by);
  if (letters.empty()) params.addNull();
  else params.addUuids(letters);
  return idsOf(connection.run(sql::dead_letters_take, params));
}

std::int64_t queueAgain(Connection& connection, TenantId tenant, const std::vector<Uuid>& deliveries,
                        const std::string& by, const std::optional<Uuid>& operation) {
  if (deliveries.empty()) return 0;
  const auto [least, greatest] = std::minmax_element(deliveries.begin(), deliveries.end());
  auto params = chosenDeliveries(tenant, deliveries);
  params.add(uuidLowerBound(least->time() - kDay));
  params.add(uuidLowerBound(greatest->time() + kDay));
  params.add(by);
  params.add(operation);
  return connection.run(sql::deliveries_requeue, params)[0].int64(0);
}

}  // namespace belfry::pg
