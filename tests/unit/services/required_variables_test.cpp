#include "services/intake/required_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belfry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RequiredVariables, NothingRequiredIsNeverMissing) {
  EXPECT_THAT(missingVariables("{}", {}), IsEmpty());
  EXPECT_THAT(missingVariables(R"({"a":1})", {"a"}), IsEmpty());
}

TEST(RequiredVariables, AbsentAndNullAreMissing) {
  EXPECT_THAT(
      missingVariables(R"({"a":null,"b":"","c":0,"d":false,"e":[],"f":{}})", {"a", "b", "c", "d", "e", "f", "g"}),
      ElementsAre("a", "g"));
}

TEST(RequiredVariables, DotsWalkIntoObjects) {
  const char* data = R"({"order":{"id":1,"lines":[{"sku":"x"}],"note":null},"a.b":2})";
  EXPECT_THAT(missingVariables(data, {"order.id", "order.lines"}), IsEmpty());
  EXPECT_THAT(
      missingVariables(data, {"order.total", "order.note", "order.id.x", "order.lines.sku", "a.b", "order.", ".id"}),
      ElementsAre("order.total", "order.note", "order.id.x", "order.lines.sku", "a.b", "order.", ".id"));
}

TEST(RequiredVariables, DataThatIsNoObjectMissesAll) {
  for (const char* data : {"[]", "null", "\"a\"", "{"})
    EXPECT_THAT(missingVariables(data, {"a"}), ElementsAre("a")) << data;
}

}  // namespace
}  // namespace belfry
