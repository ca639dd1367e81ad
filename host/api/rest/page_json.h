// Lists that are held in memory, a page at a time.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/problem_json.h"
#include "api/rest/query_reader.h"
#include "kit/json.h"
#include "kit/result.h"

namespace belfry {

/// `limit` and `cursor` of a list that is ordered by name.
struct PageQuery {
  int limit = 0;
  std::string after;  ///< empty: from the start
};

/// For lists that have no filters. `kind` names the list in its cursors.
Result<PageQuery, Problem> readPageQuery(const HttpRequest& request, std::string_view kind);

/// `{"items": […], "nextCursor": …}` of `items`, which hold one more than `limit` when there is another page.
/// `name(item)` is where the next page starts; `write(json, item)` writes one.
template <class Items, class Name, class Write>
std::string pageJson(const Items& items, int limit, std::string_view kind, Name name, Write write) {
  const auto count = std::min<std::size_t>(items.size(), static_cast<std::size_t>(limit));
  JsonWriter json;
  json.object([&] {
    json.memberArray("items", [&] {
      for (std::size_t i = 0; i < count; ++i) write(json, items[i]);
    });
    if (items.size() > count) json.member("nextCursor", makeCursor(kind, name(items[count - 1])));
    else json.member("nextCursor", nullptr);
  });
  return json.take();
}

/// The page of a whole list in memory: sorts it by name and drops what comes before.
template <class Item, class Name>
std::vector<Item> takePage(std::vector<Item> all, const PageQuery& page, Name name) {
  std::erase_if(all, [&](const Item& item) { return name(item) <= page.after; });
  std::sort(all.begin(), all.end(), [&](const Item& a, const Item& b) { return name(a) < name(b); });
  return all;
}

}  // namespace belfry
