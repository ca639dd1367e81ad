// Where AWS's services are: the published endpoint tests of SES and SNS, and what else must hold.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <belfry/aws.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

namespace belfry::aws {
namespace {

namespace fs = std::filesystem;

fs::path contracts() {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  const char* given = std::getenv("BELFRY_CONTRACTS");
  return given ? fs::path(given) : fs::path(source ? source : ".") / "../shared/contracts";
}

struct Case {
  std::string region, base_url;
  bool fips = false, dual_stack = false;
};

Case caseOf(const rapidjson::Value& test) {
  Case out;
  if (!test.HasMember("params")) return out;
  const auto& params = test["params"];
  if (params.HasMember("Region")) out.region = params["Region"].GetString();
  if (params.HasMember("Endpoint")) out.base_url = params["Endpoint"].GetString();
  out.fips = params.HasMember("UseFIPS") && params["UseFIPS"].GetBool();
  out.dual_stack = params.HasMember("UseDualStack") && params["UseDualStack"].GetBool();
  return out;
}

/// The number of cases run; 0 when the file is not there.
std::size_t runPublished(const char* file, const char* service) {
  const auto path = contracts() / "aws" / file;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cout << "left out: " << path << " does not exist (see BELFRY_CONTRACTS)\n";
    return 0;
  }
  const std::string text(std::istreambuf_iterator<char>(in), {});
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  std::size_t run = 0;
  for (const auto& test : document["testCases"].GetArray()) {
    // Multi-region endpoints want SigV4A, which nothing here asks for.
    if (test.HasMember("params") && test["params"].HasMember("EndpointId")) continue;
    const Case given = caseOf(test);
    std::string error;
    const auto got = endpoint(service, {given.region, given.base_url, given.fips, given.dual_stack}, error);
    const auto& expected = test["expect"];
    const std::string name = test["documentation"].GetString();
    const auto wanted = expected.HasMember("error")
                            ? std::nullopt
                            : std::optional<std::string>(expected["endpoint"]["url"].GetString());
    EXPECT_EQ(got, wanted) << name << ": " << error;
    ++run;
  }
  return run;
}

TEST(AwsEndpoints, EveryPublishedCaseOfSes) {
  const auto run = runPublished("sesv2-endpoint-tests-1.json", "email");
  EXPECT_TRUE(run == 0 || run > 35) << run;
}

TEST(AwsEndpoints, EveryPublishedCaseOfSns) {
  const auto run = runPublished("sns-endpoint-tests-1.json", "sns");
  EXPECT_TRUE(run == 0 || run > 45) << run;
}

TEST(AwsEndpoints, EachPartitionHasItsNames) {
  const std::pair<const char*, const char*> cases[] = {{"eu-west-1", "https://sns.eu-west-1.amazonaws.com"},
                                                       {"cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn"},
                                                       {"us-gov-west-1", "https://sns.us-gov-west-1.amazonaws.com"},
                                                       {"us-iso-east-1", "https://sns.us-iso-east-1.c2s.ic.gov"},
                                                       {"us-isob-east-1", "https://sns.us-isob-east-1.sc2s.sgov.gov"},
                                                       {"eusc-de-east-1", "https://sns.eusc-de-east-1.amazonaws.eu"}};
  for (const auto& [region, url] : cases) {
    std::string error;
    EXPECT_EQ(endpoint("sns", {region, {}, false, false}, error), url) << error;
  }
}

TEST(AwsEndpoints, ARegionCannotNameAnotherHost) {
  for (const auto text : {"", "eu", "eu-", "-eu", "eu--west", "eu-west-1.evil.example", "eu-west-1/x", "EU-WEST-1",
                          "eu west", "eu-west-1@x", "a-very-long-region-name-that-does-not-exist"}) {
    EXPECT_FALSE(isRegion(text)) << text;
    std::string error;
    EXPECT_EQ(endpoint("sns", {text, {}, false, false}, error), std::nullopt);
    EXPECT_NE(error.find("region is \""), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace belfry::aws
