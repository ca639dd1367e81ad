// The strict readers alone: however bytes are cut they say the same, and whatever they accept keeps its promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "api/http/chunked_body.h"
#include "api/http/request_head.h"
#include "api/http/response_head.h"

namespace belfry::test {
namespace {

using namespace std::string_literals;

const std::vector<std::string> kSeeds = {
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /a%20b?c=d&e=%41 HTTP/1.1\r\nHost: h:80\r\nContent-Length: 12\r\nX-A: b\r\n\r\n",
    "\r\nPUT http://h/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close, x\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
};

/// What a reader of whole heads and one of single bytes find: the same length or the same refusal.
std::string scanned(const std::string& bytes, std::size_t step) {
  HeadScanner scanner(512);
  for (std::size_t end = step;; end += step) {
    const std::size_t size = std::min(end, bytes.size());
    auto length = scanner.scan(std::string_view(bytes).substr(0, size));
    if (!length) return std::string(length.error().reason);
    if (*length > 0) return std::to_string(*length);
    if (size == bytes.size()) return "incomplete";
  }
}

std::string mutated(std::string bytes, std::minstd_rand& random) {
  static const std::string kNasty = "\r\n\t\0 :,%/?#;=0159aZ\x7f\x80\xff-+"s;
  for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
    const std::size_t at = random() % bytes.size();
    const char c = kNasty[random() % kNasty.size()];
    switch (random() % 4) {
      case 0: bytes[at] = c; break;
      case 1: bytes.insert(at, 1, c); break;
      case 2: bytes.erase(at, 1); break;
      default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 20)); break;
    }
  }
  return bytes;
}

void expectPromises(const RequestHead& head, const std::string& bytes) {
  const HttpHeaders& headers = head.request.headers;
  EXPECT_TRUE(isToken(head.request.method)) << bytes;
  EXPECT_TRUE(head.request.path.starts_with('/') || head.request.path == "*") << bytes;
  EXPECT_LE(headers.count("Host"), 1u) << bytes;
  EXPECT_TRUE(headers.count("Host") == 1 || head.request.minor_version == 0) << bytes;
  EXPECT_LE(headers.count("Content-Length") + headers.count("Transfer-Encoding"), 1u) << bytes;
  EXPECT_EQ(head.framing == BodyFraming::length, headers.count("Content-Length") == 1) << bytes;
  EXPECT_EQ(head.framing == BodyFraming::chunked, headers.count("Transfer-Encoding") == 1) << bytes;
  for (const auto& field : headers) {
    EXPECT_TRUE(isToken(field.name)) << bytes;
    EXPECT_EQ(field.value.find_first_of(std::string("\r\n\0", 3)), std::string::npos) << bytes;
  }
  for (const auto& segment : head.request.segments) {
    EXPECT_TRUE(segment != "." && segment != ".." && segment.find('\0') == std::string::npos) << bytes;
  }
}

TEST(HeadScanner, SaysTheSameHoweverBytesAreCut) {
  std::minstd_rand random(11);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = mutated(kSeeds[static_cast<std::size_t>(i) % kSeeds.size()], random);
    const std::string whole = scanned(bytes, bytes.size());
    ASSERT_EQ(scanned(bytes, 1), whole) << testing::PrintToString(bytes);
    ASSERT_EQ(scanned(bytes, 3), whole) << testing::PrintToString(bytes);
  }
}

TEST(RequestHead, WhateverIsAcceptedKeepsItsPromises) {
  std::minstd_rand random(12);
  int accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string bytes = mutated(kSeeds[static_cast<std::size_t>(i) % kSeeds.size()], random);
    HeadScanner scanner;
    auto length = scanner.scan(bytes);
    if (!length || *length == 0) continue;
    auto head = parseRequestHead(std::string_view(bytes).substr(0, *length));
    if (!head) continue;
    ++accepted;
    expectPromises(*head, testing::PrintToString(bytes));
  }
  EXPECT_GT(accepted, 1000) << "the mutations are too wild to test anything";
}

TEST(RequestHead, LengthIsReadExactlyAndSaturates) {
  const auto length = [](const std::string& digits) {
    return parseRequestHead("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + digits + "\r\n\r\n")->content_length;
  };
  EXPECT_EQ(length("0"), 0u);
  EXPECT_EQ(length("0012"), 12u);
  EXPECT_EQ(length("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(length("18446744073709551616"), UINT64_MAX);
  EXPECT_EQ(length("99999999999999999999999"), UINT64_MAX);
}

std::string decoded(const std::string& bytes, std::size_t step) {
  ChunkedDecoder decoder(100);
  std::string body;
  std::size_t used = 0;
  while (used < bytes.size() && !decoder.done()) {
    auto taken = decoder.feed(std::string_view(bytes).substr(used, step), body);
    if (!taken) return std::string(taken.error().reason);
    used += *taken;
  }
  EXPECT_LE(body.size(), 100u);
  return (decoder.done() ? "done " : "open ") + std::to_string(used) + " " + body;
}

TEST(ChunkedDecoder, SaysTheSameHoweverBytesAreCut) {
  EXPECT_EQ(decoded("3\r\nabc\r\n0\r\n\r\nGET", 99), "done 13 abc");
  std::minstd_rand random(13);
  const std::string seed = "5;ext=\"v\"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nT: v\r\n\r\nGET / HTTP/1.1\r\n";
  int done = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = mutated(seed, random);
    const std::string whole = decoded(bytes, bytes.size());
    done += whole.starts_with("done");
    ASSERT_EQ(decoded(bytes, 1), whole) << testing::PrintToString(bytes);
    ASSERT_EQ(decoded(bytes, 4), whole) << testing::PrintToString(bytes);
  }
  EXPECT_GT(done, 1000) << "the mutations are too wild to test anything";
}

TEST(HttpDate, IsTheFixedForm) {
  EXPECT_EQ(httpDate(*parseRfc3339("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 §5.6.7
  EXPECT_EQ(httpDate(*parseRfc3339("2024-02-29T23:59:59.9Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

}  // namespace
}  // namespace belfry::test
