// What the edge never passes on, each with its status and code, and the connection closed behind it.
#include <gtest/gtest.h>
#include <poll.h>

#include "edge_under_test.h"
#include "kit/json.h"
#include "model/vocabulary.h"
#include "raw_client.h"

namespace belfry::test {
namespace {

struct Case {
  const char* name;
  std::string bytes;
  int status;
  std::string reason;  ///< or the answer, where the request is accepted
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::string line(std::string_view request_line) { return std::string(request_line) + "\r\nHost: h\r\n\r\n"; }
std::string field(std::string_view lines) { return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n\r\n"; }
std::string body(std::string_view lines, std::string_view bytes = "") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n\r\n" + std::string(bytes);
}
std::string chunked(std::string_view bytes) { return body("Transfer-Encoding: chunked", bytes); }
std::string manyFields(int count) {
  std::string lines = "A: 1";
  for (int i = 2; i < count; ++i) lines += "\r\nA: 1";
  return field(lines);
}

const std::vector<Case> kCases = {
    {"LengthAndEncoding", body("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400,
     "ambiguous_length"},
    {"TwoLengths", body("Content-Length: 3\r\nContent-Length: 4", "abc"), 400, "duplicate_content_length"},
    {"TwoEqualLengths", body("Content-Length: 3\r\ncontent-length: 3", "abc"), 400, "duplicate_content_length"},
    {"LengthList", body("Content-Length: 3, 3", "abc"), 400, "bad_content_length"},
    {"NegativeLength", body("Content-Length: -1"), 400, "bad_content_length"},
    {"PlusLength", body("Content-Length: +3", "abc"), 400, "bad_content_length"},
    {"HexLength", body("Content-Length: 0x3", "abc"), 400, "bad_content_length"},
    {"EmptyLength", body("Content-Length:"), 400, "bad_content_length"},
    {"LengthWithText", body("Content-Length: 3a", "abc"), 400, "bad_content_length"},
    {"HugeLength", body("Content-Length: 99999999999999999999999999"), 413, "body_too_large"},
    {"LengthOverLimit", body("Content-Length: 33554433"), 413, "body_too_large"},
    {"LengthOverLimitExpecting", body("Content-Length: 33554433\r\nExpect: 100-continue"), 413, "body_too_large"},
    {"PostWithoutLength", body("A: b"), 411, "length_required"},
    {"NoHost", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400, "missing_host"},
    {"NoFieldsAtAll", "GET / HTTP/1.1\r\n\r\n", 400, "missing_host"},
    {"TwoHosts", field("Host: other"), 400, "duplicate_host"},
    {"TwoHostsOfHttp10", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, "duplicate_host"},
    {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_host"},
    {"HostWithUser", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "bad_host"},
    {"HostWithBadPort", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400, "bad_host"},
    {"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad_host"},
    {"FoldedField", field("A: b\r\n c"), 400, "folded_field"},
    {"FoldedByTab", field("A: b\r\n\tc"), 400, "folded_field"},
    {"FirstFieldFolded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400, "folded_field"},
    {"EncodingGzip", body("Transfer-Encoding: gzip"), 400, "bad_transfer_encoding"},
    {"EncodingGzipChunked", body("Transfer-Encoding: gzip, chunked"), 400, "bad_transfer_encoding"},
    {"EncodingChunkedTwice", body("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400,
     "bad_transfer_encoding"},
    {"EncodingIdentity", body("Transfer-Encoding: identity"), 400, "bad_transfer_encoding"},
    {"EncodingWithVerticalTab",
     body("Transfer-Encoding: \x0b"
          "chunked"),
     400, "control_byte"},
    {"EncodingQuoted", body("Transfer-Encoding: \"chunked\""), 400, "bad_transfer_encoding"},
    {"EncodingEmpty", body("Transfer-Encoding:"), 400, "bad_transfer_encoding"},
    {"EncodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     "bad_transfer_encoding"},
    {"SpaceBeforeColon", field("A : b"), 400, "space_before_colon"},
    {"TabBeforeColon", body("Content-Length\t: 3", "abc"), 400, "space_before_colon"},
    {"EmptyName", field(": b"), 400, "bad_field"},
    {"NameWithSpace", field("A B: c"), 400, "bad_field"},
    {"NoColon", field("AB"), 400, "bad_field"},
    {"NulInValue", field(std::string("A: b\0c", 6)), 400, "control_byte"},
    {"NulInTarget", line(std::string("GET /\0 HTTP/1.1", 15)), 400, "control_byte"},
    {"EscapeInValue", field("A: \x1b[31m"), 400, "control_byte"},
    {"DeleteInValue", field("A: \x7f"), 400, "control_byte"},
    {"BareLineFeeds", "GET / HTTP/1.1\nHost: h\n\n", 400, "bad_line_end"},
    {"OneBareLineFeed", field("A: b\nB: c"), 400, "bad_line_end"},
    {"BareCarriageReturn", field("A: b\rc"), 400, "bad_line_end"},
    {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400, "control_byte"},
    {"MethodWithColon", line("GE:T / HTTP/1.1"), 400, "bad_method"},
    {"MethodTooLong", line(std::string(33, 'A') + " / HTTP/1.1"), 400, "bad_method"},
    {"NoMethod", line(" / HTTP/1.1"), 400, "bad_method"},
    {"TwoSpaces", line("GET  / HTTP/1.1"), 400, "bad_target"},
    {"SpaceInTarget", line("GET /a b HTTP/1.1"), 400, "bad_target"},
    {"SpaceAtEnd", line("GET / HTTP/1.1 "), 400, "bad_request_line"},
    {"SimpleRequest", line("GET /"), 400, "bad_request_line"},
    {"RelativeTarget", line("GET a HTTP/1.1"), 400, "bad_target"},
    {"AsteriskForGet", line("GET * HTTP/1.1"), 400, "bad_target"},
    {"ConnectAuthority", line("CONNECT a:443 HTTP/1.1"), 400, "bad_target"},
    {"Fragment", line("GET /a#b HTTP/1.1"), 400, "bad_target"},
    {"RawUtf8Target", line("GET /\xc3\xa4 HTTP/1.1"), 400, "bad_target"},
    {"BadEscape", line("GET /%zz HTTP/1.1"), 400, "bad_target"},
    {"CutEscape", line("GET /a%2 HTTP/1.1"), 400, "bad_target"},
    {"EscapedNul", line("GET /a%00b HTTP/1.1"), 400, "bad_target"},
    {"EscapedBadUtf8", line("GET /?a=%ff HTTP/1.1"), 400, "bad_target"},
    {"DotDot", line("GET /docs/../secret HTTP/1.1"), 400, "bad_target"},
    {"EscapedDotDot", line("GET /docs/%2e%2E/secret HTTP/1.1"), 400, "bad_target"},
    {"AbsoluteWithUser", line("GET http://u:p@h/ HTTP/1.1"), 400, "bad_target"},
    {"OtherScheme", line("GET ftp://h/ HTTP/1.1"), 400, "bad_target"},
    {"Http2", line("GET / HTTP/2.0"), 505, "http_version_not_supported"},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version_not_supported"},
    {"Http12", line("GET / HTTP/1.2"), 505, "http_version_not_supported"},
    {"Http09", line("GET / HTTP/0.9"), 505, "http_version_not_supported"},
    {"LowerCaseVersion", line("GET / http/1.1"), 400, "bad_request_line"},
    {"LongVersion", line("GET / HTTP/1.10"), 400, "bad_request_line"},
    {"HeadTooLarge", field("A: " + std::string(16 * 1024, 'x')), 431, "head_too_large"},
    {"TargetTooLarge", "GET /" + std::string(20'000, 'x'), 431, "head_too_large"},
    {"OnlyEmptyLines",
     [] {
       std::string s;
       for (int i = 0; i < 9000; ++i) s += "\r\n";
       return s;
     }(),
     431, "head_too_large"},
    {"TooManyFields", manyFields(101), 431, "too_many_fields"},
    {"OtherExpectation", body("Content-Length: 1\r\nExpect: 200-ok"), 417, "bad_expectation"},
    {"ChunkWithoutSize", chunked("\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkNotHex", chunked("g\r\n"), 400, "bad_chunk"},
    {"ChunkNegative", chunked("-1\r\n"), 400, "bad_chunk"},
    {"ChunkWithPrefix", chunked("0x1\r\na\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkSizeSpace", chunked("1 \r\na\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkSizeOverflow", chunked("11111111111111111\r\n"), 400, "bad_chunk"},
    {"ChunkOverLimit", chunked("2000001\r\n"), 413, "body_too_large"},
    {"ChunkSizeOfAllBits", chunked("ffffffffffffffff\r\n"), 413, "body_too_large"},
    {"ChunkLineFeed", chunked("1\na\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkDataTooLong", chunked("1\r\nab\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkExtensionTooLong", chunked("1;" + std::string(300, 'x') + "\r\na\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkExtensionControl", chunked("1;\x01\r\na\r\n0\r\n\r\n"), 400, "bad_chunk"},
    {"ChunkExtensionsOutweighData",
     [] {
       std::string bytes;
       for (int i = 0; i < 100; ++i) bytes += "1;" + std::string(250, 'x') + "\r\na\r\n";
       return chunked(bytes);
     }(),
     400, "bad_chunk"},
    {"TrailerWithoutColon", chunked("0\r\nabc\r\n\r\n"), 400, "bad_chunk"},
    {"TrailersTooLong",
     [] {
       std::string bytes = "0\r\n";
       for (int i = 0; i < 50; ++i) bytes += "A: " + std::string(100, 'x') + "\r\n";
       return chunked(bytes + "\r\n");
     }(),
     400, "bad_chunk"},
};

class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, IsAnsweredByAProblemAndTheConnectionCloses) {
  Shelf<HttpRequest> handled;
  Shelf<std::string> reasons;
  HttpServerSettings settings;
  settings.on_complete = [&](const CompletedExchange& exchange) { reasons.put(std::string(exchange.refusal)); };
  EdgeUnderTest edge(
      [&](HttpRequest request, auto responder) {
        handled.put(request);
        echo(std::move(request), responder);
      },
      settings);
  RawClient client(edge.port());
  client.send(GetParam().bytes + get("/smuggled"));

  const Reply reply = client.read();
  EXPECT_EQ(reply.status, GetParam().status) << reply.body;
  EXPECT_EQ(reply.header("content-type"), "application/problem+json");
  EXPECT_EQ(reply.header("connection"), "close");
  const auto problem = parseJson(reply.body);
  ASSERT_TRUE(problem.ok()) << reply.body;
  const auto code = parseErrorCode(asView((*problem)["code"]));
  ASSERT_TRUE(code.has_value()) << reply.body;
  EXPECT_EQ(httpStatus(*code), GetParam().status);
  EXPECT_FALSE(asView((*problem)["detail"]).empty());
  EXPECT_EQ((*problem)["status"].GetInt(), GetParam().status);
  EXPECT_EQ(asView((*problem)["requestId"]), reply.header("x-request-id"));

  client.endSending();
  EXPECT_EQ(reasons.take(1), std::vector<std::string>{GetParam().reason});
  EXPECT_EQ(client.readToEnd(), "") << "something behind the refused request was answered";
  EXPECT_TRUE(handled.take(0).empty());
  EXPECT_EQ(edge.server.stats().refused.at(GetParam().status), 1u);
}

INSTANTIATE_TEST_SUITE_P(HttpEdge, Refused, testing::ValuesIn(kCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

/// What is odd but right stays allowed.
class Accepted : public testing::TestWithParam<Case> {};

const std::vector<Case> kAllowed = {
    {"ExactlyTheMostFields", manyFields(100), 200, "GET / "},
    {"HeadOfExactlyTheLimit",
     [] {
       const std::string rest = field("A: ");
       return field("A: " + std::string(16 * 1024 - rest.size(), 'x'));
     }(),
     200, "GET / "},
    {"LeadingEmptyLine", "\r\n" + get("/a"), 200, "GET /a "},
    {"NoSpaceAfterColon", "GET /a HTTP/1.1\r\nHost:h\r\n\r\n", 200, "GET /a "},
    {"EmptyValue", field("A:"), 200, "GET / "},
    {"Latin1Value", field("A: \xe4"), 200, "GET / "},
    {"HostWithPort", "GET / HTTP/1.1\r\nHost: h:8080\r\n\r\n", 200, "GET / "},
    {"HostOfIpv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, "GET / "},
    {"AbsoluteTarget", "GET http://h.test:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a "},
    {"AbsoluteTargetWithoutPath", "GET http://h.test HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET / "},
    {"OptionsAsterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 200, "OPTIONS * "},
    {"EmptyPost", body("Content-Length: 0"), 200, "POST / "},
    {"ChunkedInCapitals", body("Transfer-Encoding: Chunked", "3\r\nabc\r\n0\r\n\r\n"), 200, "POST / abc"},
    {"ChunkExtensions", chunked("3;a=b\r\nabc\r\n000;c\r\nTrailer: x\r\n\r\n"), 200, "POST / abc"},
    {"GetWithBody", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", 200, "GET / hi"},
    {"UnknownMethod", line("BREW /pot HTTP/1.1"), 200, "BREW /pot "},
    {"Http10", "GET /old HTTP/1.0\r\n\r\n", 200, "GET /old "},
};

TEST_P(Accepted, ReachesTheHandler) {
  EdgeUnderTest edge;
  RawClient client(edge.port());
  client.send(GetParam().bytes);
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.body, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(HttpEdge, Accepted, testing::ValuesIn(kAllowed),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(RefusedSlowness, AHeadThatNeverEndsIs408) {
  HttpServerSettings settings;
  settings.head_timeout = std::chrono::milliseconds(100);
  EdgeUnderTest edge(echo, settings);
  RawClient client(edge.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nA: ");
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_NE(reply.body.find("\"request_timeout\""), std::string::npos) << reply.body;
  client.endSending();
  EXPECT_EQ(client.readToEnd(), "");
}

TEST(RefusedSlowness, DrippedHeadBytesDoNotExtendTheTime) {
  HttpServerSettings settings;
  settings.head_timeout = std::chrono::milliseconds(100);
  EdgeUnderTest edge(echo, settings);
  RawClient client(edge.port());
  client.send("GET /");
  // A byte every few milliseconds, until there is something to read.
  pollfd readable{client.fd(), POLLIN, 0};
  EXPECT_TRUE(waitUntil(kPatience, [&] { return ::poll(&readable, 1, 5) == 1 || !client.trySend("x"); }));
  EXPECT_EQ(client.read().status, 408);
}

TEST(RefusedSlowness, ABodyThatStopsIs408) {
  HttpServerSettings settings;
  settings.body_idle_timeout = std::chrono::milliseconds(100);
  EdgeUnderTest edge(echo, settings);
  RawClient client(edge.port());
  client.send(body("Content-Length: 10", "abc"));
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_NE(reply.body.find("the body"), std::string::npos) << reply.body;
}

TEST(RefusedSlowness, AnIdleConnectionIsClosedWithoutAWord) {
  HttpServerSettings settings;
  settings.idle_timeout = std::chrono::milliseconds(100);
  EdgeUnderTest edge(echo, settings);
  RawClient fresh(edge.port());
  RawClient used(edge.port());
  used.send(get("/"));
  EXPECT_EQ(used.read().status, 200);
  EXPECT_EQ(fresh.readToEnd(), "");
  EXPECT_EQ(used.readToEnd(), "");
}

TEST(RefusedLoad, MoreBufferedBodiesThanAllowedIs503) {
  HttpServerSettings settings;
  settings.max_buffered_bytes = 1000;
  Shelf<std::shared_ptr<Responder>> pending;
  EdgeUnderTest edge([&](HttpRequest, auto responder) { pending.put(std::move(responder)); }, settings);
  RawClient first(edge.port());
  first.send(post("/", std::string(900, 'a')));
  const auto held = pending.take(1);
  ASSERT_EQ(held.size(), 1u);

  RawClient second(edge.port());
  second.send(post("/", std::string(900, 'b')));
  const Reply refused = second.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");

  held.front()->send(text("done"));
  EXPECT_EQ(first.read().body, "done");
  RawClient third(edge.port());
  third.send(post("/", std::string(900, 'c')));
  const auto next = pending.take(1);
  ASSERT_EQ(next.size(), 1u);
  next.front()->send(text("room again"));
  EXPECT_EQ(third.read().body, "room again");
}

}  // namespace
}  // namespace belfry::test
