#include "api/rest/device_operations.h"

#include "api/rest/device_json.h"
#include "api/rest/page_json.h"
#include "api/rest/problem_json.h"
#include "api/rest/removed_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "d";
constexpr std::size_t kMostBodyBytes = 64 * 1024;
constexpr std::size_t kMostUserBytes = 4096;  // as isAddress() of services/intake

/// Whose devices a call means: the caller's, or those of the user that the path names.
using UserOf = const std::string& (*)(const Call&);

const std::string& callerOf(const Call& call) { return call.caller.user_id; }
const std::string& namedUser(const Call& call) { return call.params[0]; }

std::string idOf(const Device& device) { return device.id.toString(); }

Answer put(DeviceStore& devices, int most, const std::string& user, const Call& call) {
  if (user.size() > kMostUserBytes) return failure(notFound("there is no user '" + shorten(user) + "'"));
  auto device = parseNewDevice(call.request.body);
  if (!device) return failure(std::move(device).error());
  const auto registered = devices.put(call.caller.tenant, user, *device, most);
  return jsonResponse(registered.fresh ? 201 : 200, registrationJson(registered));
}

Answer list(DeviceStore& devices, const std::string& user, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto found = takePage(devices.list(call.caller.tenant, user), *page, idOf);
  return jsonResponse(200, pageJson(found, page->limit, kCursorKind, idOf, writeDevice));
}

Answer remove(DeviceStore& devices, const std::string& user, const Call& call) {
  const auto& text = call.params.back();
  const auto id = DeviceId::parse(text);
  if (id && devices.remove(call.caller.tenant, user, *id)) return jsonResponse(200, removedJson());
  return failure(notFound("there is no device '" + shorten(text) + "'"));
}

std::vector<Operation> operations(const std::string& base, Scope read, Scope write, UserOf user, DeviceStore& devices,
                                  int most) {
  const auto register_it = takes(base, write, kMostBodyBytes, [&devices, most, user](const Call& call) {
    return put(devices, most, user(call), call);
  });
  return {withMethod("PUT", register_it), register_it,
          lists(base, read, [&devices, user](const Call& call) { return list(devices, user(call), call); }),
          withMethod("DELETE", reads(base + "/{id}", write, [&devices, user](const Call& call) {
                       return remove(devices, user(call), call);
                     }))};
}

}  // namespace

void addDeviceOperations(Router& router, DeviceStore& devices, int most) {
  for (auto& operation :
       operations("/api/v1/users/me/devices", Scope::inbox_read, Scope::inbox_write, callerOf, devices, most))
    router.add(own(std::move(operation)));
  for (auto& operation : operations("/api/v1/services/users/{userId}/devices", Scope::notifications_send,
                                    Scope::notifications_send, namedUser, devices, most))
    router.add(std::move(operation));
}

}  // namespace belfry
