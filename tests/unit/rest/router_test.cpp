#include "api/rest/router.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

Operation named(std::string method, std::string path) {
  auto operation = shows(std::move(path), [](const Call&) -> Answer { return jsonResponse(200, "{}"); });
  operation.method = std::move(method);
  return operation;
}

Router someRoutes() {
  Router router;
  router.add(named("GET", "/things"));
  router.add(named("GET", "/things/{id}"));
  router.add(named("POST", "/things/search"));
  router.add(named("DELETE", "/things/{id}"));
  router.add(named("GET", "/things/{id}/parts/{part}"));
  router.add(named("GET", "/things/"));
  return router;
}

TEST(Router, FindsTheOperationAndItsParams) {
  const auto router = someRoutes();
  const auto match = router.match("GET", {"things", "a b", "parts", "7"});
  ASSERT_NE(match.operation, nullptr);
  EXPECT_EQ(match.operation->path, "/things/{id}/parts/{part}");
  EXPECT_EQ(match.params, (std::vector<std::string>{"a b", "7"}));
}

TEST(Router, AnUnknownPathHasNothingAllowed) {
  const auto router = someRoutes();
  for (const auto& path :
       std::vector<std::vector<std::string>>{{}, {"thing"}, {"things", "1", "2"}, {"things", "1", "parts", ""}}) {
    const auto match = router.match("GET", path);
    EXPECT_EQ(match.operation, nullptr);
    EXPECT_EQ(match.allow, "");
  }
}

TEST(Router, AWrongMethodNamesThoseThatAreAllowed) {
  const auto router = someRoutes();
  const auto match = router.match("PUT", {"things", "1"});
  EXPECT_EQ(match.operation, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, DELETE");
}

TEST(Router, ALiteralSegmentComesBeforeAParam) {
  const auto router = someRoutes();
  EXPECT_EQ(router.match("POST", {"things", "search"}).operation->path, "/things/search");
  EXPECT_EQ(router.match("GET", {"things", "search"}).operation, nullptr);
  EXPECT_EQ(router.match("GET", {"things", "search"}).allow, "POST");
}

TEST(Router, HeadIsAnsweredByGet) {
  const auto router = someRoutes();
  EXPECT_EQ(router.match("HEAD", {"things"}).operation->method, "GET");
}

TEST(Router, AFinalSlashIsAPathOfItsOwn) {
  const auto router = someRoutes();
  EXPECT_EQ(router.match("GET", {"things", ""}).operation->path, "/things/");
}

TEST(Router, CopiesKeepTheirOperations) {
  auto moved = someRoutes();
  const auto router = std::move(moved);
  EXPECT_EQ(router.match("GET", {"things"}).operation->path, "/things");
}

}  // namespace
}  // namespace belfry
