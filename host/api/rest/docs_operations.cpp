#include "api/rest/docs_operations.h"

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "api/rest/problem_json.h"

namespace belfry {
namespace embedded {
extern const std::string_view kOpenApiYaml;
extern const std::string_view kOpenApiJson;
}  // namespace embedded

namespace {

/// Scripts and styles from this host alone, requests to this host alone. The UI sets style attributes and shows its
/// icons as data: images.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct File {
  std::string_view name;
  std::string_view content_type;
};
constexpr std::array kFiles = {File{"swagger-ui.css", "text/css; charset=utf-8"},
                               File{"swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
                               File{"favicon-32x32.png", "image/png"}};

using Assets = std::map<std::string, HttpResponse, std::less<>>;

HttpResponse document(std::string body, std::string_view content_type) {
  auto response = jsonResponse(200, std::move(body));
  response.content_type = content_type;
  response.headers.add("Content-Security-Policy", std::string(kPolicy));
  return response;
}

/// The path under which browsers see this host; empty unless a proxy serves it below one.
std::string pathOf(const std::string& url) {
  const auto host = url.find("://");
  const auto path = host == std::string::npos ? host : url.find('/', host + 3);
  return path == std::string::npos ? std::string() : url.substr(path);
}

std::string page(const std::string& base) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Belfry API</title>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<link rel=\"icon\" href=\"" +
         base +
         "/docs/favicon-32x32.png\">\n"
         "<link rel=\"stylesheet\" href=\"" +
         base +
         "/docs/swagger-ui.css\">\n</head>\n<body>\n<div id=\"ui\"></div>\n"
         "<script src=\"" +
         base +
         "/docs/swagger-ui-bundle.js\"></script>\n"
         "<script src=\"" +
         base + "/docs/start.js\"></script>\n</body>\n</html>\n";
}

std::string startScript(const std::string& base) {
  return "SwaggerUIBundle({url: \"" + base +
         "/api/v1/openapi.json\", dom_id: \"#ui\", deepLinking: true, validatorUrl: null,\n"
         "  tryItOutEnabled: true, persistAuthorization: false});\n";
}

std::string plainPage(const std::string& base) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Belfry "
         "API</title>\n</head>\n<body>\n"
         "<h1>Belfry API</h1>\n<p>The files of swagger-ui-dist are not installed on this host, so there is no page to "
         "try the API on.</p>\n"
         "<p>The contract itself: <a href=\"" +
         base + "/api/v1/openapi.yaml\">OpenAPI 3.1 as YAML</a>, <a href=\"" + base +
         "/api/v1/openapi.json\">as JSON</a>.</p>\n</body>\n</html>\n";
}

bool read(const std::filesystem::path& path, std::string& bytes) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return false;
  bytes = text.str();
  return true;
}

/// Empty unless every file is there.
Assets loadAssets(const std::filesystem::path& directory, const std::string& base) {
  Assets assets;
  for (const auto& [name, content_type] : kFiles) {
    std::string bytes;
    if (directory.empty() || !read(directory / name, bytes)) return {};
    auto response = document(std::move(bytes), content_type);
    response.headers.add("Cache-Control", "public, max-age=3600");
    assets.emplace(name, std::move(response));
  }
  assets.emplace("start.js", document(startScript(base), "text/javascript; charset=utf-8"));
  return assets;
}

Answer asset(const Assets& assets, const std::string& name) {
  const auto found = assets.find(name);
  if (found == assets.end()) return failure(notFound("there is no file '" + shorten(name) + "'"));
  return found->second;
}

}  // namespace

void addDocsOperations(Router& router, const std::filesystem::path& directory, const std::string& public_url) {
  const auto base = pathOf(public_url);
  const auto assets =
      std::make_shared<const Assets>(loadAssets(directory, base));  // shared: a route's function is copied
  const auto index = document(assets->empty() ? plainPage(base) : page(base), "text/html; charset=utf-8");
  const AnswerNow shown = [index](const Call&) -> Answer { return index; };
  router.add(shows("/docs", shown));
  router.add(shows("/docs/", shown));
  router.add(shows("/docs/{file}", [assets](const Call& call) { return asset(*assets, call.params[0]); }));
  router.add(shows("/api/v1/openapi.yaml", [](const Call&) -> Answer {
    return document(std::string(embedded::kOpenApiYaml), "application/yaml");
  }));
  router.add(shows("/api/v1/openapi.json", [](const Call&) -> Answer {
    return document(std::string(embedded::kOpenApiJson), "application/json");
  }));
}

}  // namespace belfry
