#include "api/rest/page_json.h"

namespace belfry {

Result<PageQuery, Problem> readPageQuery(const HttpRequest& request, std::string_view kind) {
  FieldErrors errors;
  QueryReader query(request, errors);
  PageQuery page;
  page.limit = query.limit();
  page.after = query.cursor(kind).value_or("");
  query.finish();
  if (!errors.empty()) return failure(invalidFields(std::move(errors)));
  return page;
}

}  // namespace belfry
