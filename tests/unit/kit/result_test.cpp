#include "kit/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace belfry {
namespace {

enum class Refusal { empty, too_long };

Result<std::string, Refusal> greet(const std::string& name) {
  if (name.empty()) return failure(Refusal::empty);
  return "hello " + name;
}

TEST(Result, HoldsTheValue) {
  const auto greeting = greet("Ada");
  ASSERT_TRUE(greeting.ok());
  EXPECT_TRUE(static_cast<bool>(greeting));
  EXPECT_EQ(greeting.value(), "hello Ada");
  EXPECT_EQ(*greeting, "hello Ada");
  EXPECT_EQ(greeting->size(), 9U);
}

TEST(Result, HoldsTheError) {
  const auto greeting = greet("");
  ASSERT_FALSE(greeting.ok());
  EXPECT_FALSE(static_cast<bool>(greeting));
  EXPECT_EQ(greeting.error(), Refusal::empty);
}

TEST(Result, ReadingTheWrongSideThrows) {
  EXPECT_THROW((void)greet("").value(), std::bad_variant_access);
  EXPECT_THROW((void)greet("Ada").error(), std::bad_variant_access);
}

TEST(Result, TellsValueFromErrorWhenBothHaveOneType) {
  using Text = Result<std::string, std::string>;
  const Text good = std::string("text");
  const Text bad = failure(std::string("text"));
  EXPECT_TRUE(good.ok());
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(good.value(), bad.error());
}

TEST(Result, CarriesMoveOnlyValuesAndErrors) {
  using Owned = Result<std::unique_ptr<int>, std::unique_ptr<std::string>>;
  Owned good = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(good).value();
  EXPECT_EQ(*value, 7);
  Owned bad = failure(std::make_unique<std::string>("why"));
  const std::unique_ptr<std::string> error = std::move(bad).error();
  EXPECT_EQ(*error, "why");
}

TEST(Result, ConvertsTheErrorItIsGiven) {
  const Result<int, std::string> bad = failure("a literal");
  EXPECT_EQ(bad.error(), "a literal");
}

}  // namespace
}  // namespace belfry
