#include "kit/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <thread>
#include <vector>

#include "kit/json.h"
#include "kit/time.h"

namespace belfry {
namespace {

using namespace std::string_view_literals;

/// A datagram socket behind a Log: each write(2) arrives as one packet, so a test sees the system calls themselves.
class LogSink {
 public:
  LogSink() {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_.data()) != 0)
      throw std::runtime_error("socketpair");
    const timeval limit{30, 0};  // only reached when a test fails
    setsockopt(ends_[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink() {
    close(ends_[0]);
    close(ends_[1]);
  }

  int fd() const { return ends_[0]; }

  std::string nextWrite() {
    std::string packet(1 << 17, '\0');
    const auto size = recv(ends_[1], packet.data(), packet.size(), 0);
    packet.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return packet;
  }

  JsonDocument nextLine() {
    const auto packet = nextWrite();
    EXPECT_TRUE(packet.ends_with('\n'));
    EXPECT_EQ(std::count(packet.begin(), packet.end(), '\n'), 1);
    auto document = parseJson(packet);
    EXPECT_TRUE(document.ok()) << packet;
    return document.ok() ? std::move(document).value() : JsonDocument(rapidjson::kObjectType);
  }

  bool isEmpty() {
    char byte = 0;
    return recv(ends_[1], &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Log, WritesOneObjectALineInOneWrite) {
  LogSink sink;
  const Log log(sink.fd());
  log.info("host started");
  const auto text = sink.nextWrite();
  EXPECT_TRUE(text.starts_with(R"({"time":"2)")) << text;
  EXPECT_TRUE(text.ends_with("\",\"level\":\"info\",\"event\":\"host started\"}\n")) << text;
  EXPECT_TRUE(sink.isEmpty());
}

TEST(Log, StampsTheTimeInUtc) {
  LogSink sink;
  const auto before = SystemClock().now();
  Log(sink.fd()).info("now");
  const auto line = sink.nextLine();
  const auto time = parseRfc3339(asView(line["time"]));
  ASSERT_TRUE(time);
  EXPECT_LE(before, *time);
  EXPECT_LE(*time, SystemClock().now());
}

TEST(Log, WritesFieldsOfEveryKindInOrder) {
  LogSink sink;
  const Log log(sink.fd());
  const auto id = *Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  const std::string owned = "a string";
  log.warn("delivery retry", {{"delivery_id", id},
                              {"owned", owned},
                              {"view", "view"sv},
                              {"literal", "literal"},
                              {"delay_ms", 1500},
                              {"size", sizeof(int)},
                              {"least", std::numeric_limits<std::int64_t>::min()},
                              {"share", 0.25},
                              {"last", true}});
  const auto text = sink.nextWrite();
  EXPECT_NE(text.find(R"("level":"warn","event":"delivery retry","delivery_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",)"
                      R"("owned":"a string","view":"view","literal":"literal","delay_ms":1500,"size":4,)"
                      R"("least":-9223372036854775808,"share":0.25,"last":true})"),
            std::string::npos)
      << text;
}

TEST(Log, EscapesSoThatNoValueCanForgeALine) {
  LogSink sink;
  const auto hostile = "x\"}\n{\"level\":\"error\",\"event\":\"forged\"}\r\n\t\\\x1b[31m"sv;
  Log(sink.fd()).info(hostile, {{"value", hostile}, {hostile, 1}});
  const auto line = sink.nextLine();
  EXPECT_EQ(asView(line["level"]), "info");
  EXPECT_EQ(asView(line["event"]), hostile);
  EXPECT_EQ(asView(line["value"]), hostile);
  EXPECT_EQ(asView((line.MemberEnd() - 1)->name), hostile);
}

TEST(Log, EscapesNul) {
  LogSink sink;
  Log(sink.fd()).info("got", {{"value", "a\0b"sv}});
  EXPECT_NE(sink.nextWrite().find(R"("value":"a\u0000b")"), std::string::npos);
}

TEST(Log, ReplacesInvalidUtf8) {
  LogSink sink;
  Log(sink.fd()).info("bad \xFF", {{"value", "caf\xE9 \xE2\x82"sv}, {"ke\x80y", 1}});
  const auto line = sink.nextLine();
  EXPECT_EQ(asView(line["event"]), "bad \uFFFD");
  EXPECT_EQ(asView(line["value"]), "caf\uFFFD \uFFFD");
  EXPECT_TRUE(line.HasMember("ke\uFFFDy"));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  LogSink sink;
  Log log(sink.fd(), LogLevel::warn);
  EXPECT_FALSE(log.enabled(LogLevel::info));
  EXPECT_TRUE(log.enabled(LogLevel::warn));
  EXPECT_TRUE(log.enabled(LogLevel::error));
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  EXPECT_EQ(asView(sink.nextLine()["event"]), "c");
  const auto error = sink.nextLine();
  EXPECT_EQ(asView(error["event"]), "d");
  EXPECT_EQ(asView(error["level"]), "error");
  EXPECT_TRUE(sink.isEmpty());
  log.setLevel(LogLevel::debug);
  log.debug("e");
  EXPECT_EQ(asView(sink.nextLine()["level"]), "debug");
}

TEST(Log, ALongLineIsStillOneWrite) {
  LogSink sink;
  const std::string value(60'000, 'v');
  Log(sink.fd()).info("long", {{"value", value}});
  EXPECT_EQ(asView(sink.nextLine()["value"]), value);
  EXPECT_TRUE(sink.isEmpty());
}

TEST(Log, LongLinesOfManyThreadsStayWholeInAPipe) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Log log(ends[1]);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&log, t] {
      const std::string value(10'000, static_cast<char>('a' + t));  // more than PIPE_BUF
      for (int i = 0; i < kEach; ++i) log.info("line", {{"thread", t}, {"value", value}});
    });
  }
  std::thread closing([&] {
    for (auto& thread : threads) thread.join();
    close(ends[1]);
  });
  std::string all;
  std::array<char, 1 << 16> piece{};
  for (ssize_t size = 0; (size = read(ends[0], piece.data(), piece.size())) > 0;) {
    all.append(piece.data(), static_cast<std::size_t>(size));
  }
  closing.join();
  close(ends[0]);
  std::map<int, int> lines;
  for (std::size_t begin = 0; begin < all.size();) {
    const auto end = all.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    const auto line = parseJson(std::string_view(all).substr(begin, end - begin));
    ASSERT_TRUE(line.ok());
    const int thread = line.value()["thread"].GetInt();
    EXPECT_EQ(asView(line.value()["value"]), std::string(10'000, static_cast<char>('a' + thread)));
    ++lines[thread];
    begin = end + 1;
  }
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads));
  for (const auto& [thread, count] : lines) EXPECT_EQ(count, kEach) << thread;
}

TEST(Log, ALineThatCannotBeWrittenIsLostWithoutHarm) {
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const Log full(fd);
  EXPECT_NO_THROW(full.error("nobody reads this"));
  close(fd);
  EXPECT_NO_THROW(Log(-1).error("nor this"));
}

TEST(LogLevel, IsReadFromItsFourNames) {
  EXPECT_EQ(parseLogLevel("debug"), LogLevel::debug);
  EXPECT_EQ(parseLogLevel("info"), LogLevel::info);
  EXPECT_EQ(parseLogLevel("warn"), LogLevel::warn);
  EXPECT_EQ(parseLogLevel("error"), LogLevel::error);
  for (const auto* text : {"", "INFO", "warning", "trace", "info ", "0"}) {
    EXPECT_EQ(parseLogLevel(text), std::nullopt) << text;
  }
}

TEST(MaskAddress, KeepsTheFirstCharacterAndTheDomainOfMail) {
  EXPECT_EQ(maskAddress("ada@example.test"), "a***@example.test");
  EXPECT_EQ(maskAddress("a@example.test"), "a***@example.test");
  EXPECT_EQ(maskAddress("\"a@b\"@example.test"), "\"***@example.test");
  EXPECT_EQ(maskAddress("éric@example.test"), "é***@example.test");
  EXPECT_EQ(maskAddress("@example.test"), "@***");
}

TEST(MaskAddress, KeepsTheEndsOfAPhoneNumber) {
  EXPECT_EQ(maskAddress("+34600000001"), "+346***01");
  EXPECT_EQ(maskAddress("+3460001"), "+***");  // too short to show six of its characters
}

TEST(MaskAddress, KeepsTheFirstCharacterOfAnythingElse) {
  EXPECT_EQ(maskAddress("device-token-1234567890"), "d***");
  EXPECT_EQ(maskAddress("+34 600 000 001"), "+***");
  EXPECT_EQ(maskAddress("🔔token"), "🔔***");
  EXPECT_EQ(maskAddress("x"), "x***");
  EXPECT_EQ(maskAddress(""), "");
}

TEST(MaskAddress, OfInvalidUtf8StillMasks) {
  EXPECT_EQ(maskAddress("\x80\x80\x80\x80\x80secret"), "\x80\x80\x80\x80***");
  EXPECT_EQ(maskAddress("\xFFsecret"), "\xFF***");
}

}  // namespace
}  // namespace belfry
