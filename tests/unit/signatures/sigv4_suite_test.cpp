// AWS's own SigV4 test suite, every case and every step. It comes from the shared contracts; without them
// sigv4_test.cpp is what runs, and what was left out is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "adapters/openssl/openssl_signatures.h"
#include "adapters/openssl/sigv4_steps.h"
#include "support/child_process.h"

namespace belfry::openssl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCases = 34;  // botocore 0e6e2404, 2026-08
constexpr const char* kDate = "20150830T123600Z";
const TimePoint kAt = *parseRfc3339("2015-08-30T12:36:00Z");

fs::path suite() {
  const char* source = std::getenv("BELFRY_SOURCE_DIR");
  const char* contracts = std::getenv("BELFRY_CONTRACTS");
  const fs::path root = contracts ? fs::path(contracts) : fs::path(source ? source : ".") / "../shared/contracts";
  return root / "aws/sigv4/aws4_testsuite";
}

/// The suite's request text: lines end in LF; a line that starts with a space goes on with the header before it.
HttpExchange parseRequest(const std::string& text) {
  HttpExchange request;
  const auto body = text.find("\n\n");
  if (body != std::string::npos) request.body = text.substr(body + 2);
  std::istringstream lines(text.substr(0, body));
  std::string line;
  std::getline(lines, line);
  const auto space = line.find(' ');
  request.method = line.substr(0, space);
  request.url = "https://example.amazonaws.com" + line.substr(space + 1, line.rfind(" HTTP/1.1") - space - 1);
  while (std::getline(lines, line)) {
    const auto colon = line.find(':');
    if (line.starts_with(' ')) request.headers.back().second += line;
    else request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  return request;
}

SigV4Keys keysOf(const std::string& canonical_request) {
  SigV4Keys keys{"us-east-1", "service", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  const std::string name = "\nx-amz-security-token:";
  if (const auto at = canonical_request.find(name); at != std::string::npos) {
    const auto start = at + name.size();
    keys.session_token = canonical_request.substr(start, canonical_request.find('\n', start) - start);
  }
  return keys;
}

void removeHeader(HeaderFields& headers, const std::string& name) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
}

void runCase(const fs::path& stem) {
  SCOPED_TRACE(stem.filename().string());
  const auto part = [&](const char* end) { return test::readFile(fs::path(stem).concat(end)); };
  const auto canonical = part(".creq");
  const auto keys = keysOf(canonical);
  auto request = parseRequest(part(".req"));
  removeHeader(request.headers, "X-Amz-Date");
  removeHeader(request.headers, "X-Amz-Security-Token");

  const auto added = OpenSslSignatures().sigv4(request, keys, kAt);
  ASSERT_TRUE(added.ok()) << added.error();
  EXPECT_EQ(added->front(), (HeaderFields::value_type{"X-Amz-Date", kDate}));
  EXPECT_EQ(added->back(), (HeaderFields::value_type{"Authorization", part(".authz")}));

  auto headers = request.headers;
  headers.insert(headers.end(), added->begin(), added->end() - 1);
  const auto steps = sigV4Steps({request.method, request.url, headers, request.body}, keys, kAt);
  ASSERT_TRUE(steps.ok()) << steps.error();
  EXPECT_EQ(steps->canonical_request, canonical);
  EXPECT_EQ(steps->string_to_sign, part(".sts"));
}

TEST(SigV4Suite, EveryCaseOfAwsPasses) {
  if (!fs::exists(suite())) {
    std::cout << "left out: the AWS SigV4 suite, " << suite() << " does not exist (see BELFRY_CONTRACTS)\n";
    return;
  }
  std::size_t cases = 0;
  for (const auto& entry : fs::recursive_directory_iterator(suite())) {
    if (entry.path().extension() != ".req") continue;
    runCase(fs::path(entry.path()).replace_extension());
    ++cases;
  }
  EXPECT_EQ(cases, kCases);
}

}  // namespace
}  // namespace belfry::openssl
