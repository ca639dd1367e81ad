#include "api/rest/plugin_operations.h"

#include "api/rest/page_json.h"
#include "api/rest/plugin_json.h"

namespace belfry {
namespace {

constexpr std::string_view kCursorKind = "m";

/// Several versions of one plugin may be there.
std::string idOf(const PluginInfo& plugin) { return plugin.id + '@' + plugin.version; }

Answer list(const ChannelPlugins& plugins, const Call& call) {
  auto page = readPageQuery(call.request, kCursorKind);
  if (!page) return failure(std::move(page).error());
  const auto found = takePage(plugins.plugins(), *page, idOf);
  return jsonResponse(200, pageJson(found, page->limit, kCursorKind, idOf, writePlugin));
}

}  // namespace

void addPluginOperations(Router& router, const ChannelPlugins& plugins) {
  router.add(lists("/api/v1/admin/plugins", Scope::plugins_read,
                   [&plugins](const Call& call) { return list(plugins, call); }));
}

}  // namespace belfry
