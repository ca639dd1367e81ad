// 10 000 idle keep-alive connections from one address on a few threads. The client ends live in a child process, so
// that each side needs one descriptor a connection.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

#include "api/http/file_limit.h"
#include "edge_under_test.h"
#include "raw_client.h"

namespace belfry::test {
namespace {

constexpr std::size_t kWanted = 10'000;
constexpr std::size_t kSpareDescriptors = 100;

std::size_t statusNumber(const std::string& key) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t number = 0;
  while (status >> word) {
    if (word == key + ":" && status >> number) return number;
  }
  throw std::runtime_error("no " + key + " in /proc/self/status");
}

/// The last `size` of an element that starts with `element` in malloc_info's report: its sum over all arenas.
std::size_t lastSize(const std::string& report, const std::string& element) {
  const std::size_t size = report.find("size=\"", report.rfind(element));
  return std::stoul(report.substr(size + 6));
}

/// Bytes that the program holds, in all arenas; the resident size would also count what earlier tests left free.
std::size_t heapInUse() {
  char* text = nullptr;
  std::size_t size = 0;
  FILE* stream = ::open_memstream(&text, &size);
  ::malloc_info(0, stream);
  std::fclose(stream);
  const std::string report(text, size);
  std::free(text);
  return lastSize(report, "<system type=\"current\"") - lastSize(report, "<total type=\"fast\"") -
         lastSize(report, "<total type=\"rest\"");
}

/// A pipe each way to a child that opens connections, reports, and on command asks once more on each.
class ClientProcess {
 public:
  /// Fork before any thread exists.
  ClientProcess() {
    if (::pipe(to_child_) != 0 || ::pipe(to_parent_) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) ::_exit(child());
    ::close(to_child_[0]);
    ::close(to_parent_[1]);
  }
  ~ClientProcess() {
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
    ::waitpid(pid_, nullptr, 0);
  }
  void tell(std::size_t number) {
    if (::write(to_child_[1], &number, sizeof number) != sizeof number) throw std::runtime_error("child is gone");
  }
  std::size_t hear() {
    std::size_t number = 0;
    if (::read(to_parent_[0], &number, sizeof number) != sizeof number) throw std::runtime_error("child is gone");
    return number;
  }

 private:
  std::size_t order() {
    std::size_t number = 0;
    if (::read(to_child_[0], &number, sizeof number) != sizeof number) ::_exit(1);
    return number;
  }
  void report(std::size_t number) {
    if (::write(to_parent_[1], &number, sizeof number) != sizeof number) ::_exit(1);
  }
  static std::size_t askAll(std::vector<std::unique_ptr<RawClient>>& clients) {
    std::size_t answered = 0;
    for (auto& client : clients) {
      client->send(get("/"));
      answered += client->read().status == 200;
    }
    return answered;
  }
  int child() {
    ::close(to_child_[1]);
    ::close(to_parent_[0]);
    try {
      const auto port = static_cast<std::uint16_t>(order());
      const std::size_t count = order();
      std::vector<std::unique_ptr<RawClient>> clients;
      for (std::size_t i = 0; i < count; ++i) clients.push_back(std::make_unique<RawClient>(port));
      report(askAll(clients));
      order();
      report(askAll(clients));
      order();
      return 0;
    } catch (const std::exception& error) {
      std::cerr << "client process: " << error.what() << '\n';
      return 1;
    }
  }

  int to_child_[2];
  int to_parent_[2];
  pid_t pid_;
};

TEST(IdleConnections, TenThousandNeedFewThreadsAndLittleMemory) {
  const std::size_t limit = raiseFileLimit();
  const std::size_t count = std::min(kWanted, limit - kSpareDescriptors);
  if (count < kWanted) std::cout << "file limit " << limit << ": only " << count << " of 10000 connections tried\n";
  ClientProcess clients;
  EdgeUnderTest edge;
  [[maybe_unused]] const std::size_t before = heapInUse();

  clients.tell(edge.port());
  clients.tell(count);
  ASSERT_EQ(clients.hear(), count);
  EXPECT_EQ(edge.server.stats().connections_open, count);
  const std::size_t threads = statusNumber("Threads");
  EXPECT_LE(threads, 8u);
  std::cout << count << " idle connections: " << threads << " threads in the process\n";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their allocators keep no such books
  const std::size_t bytes_each = (heapInUse() - before) / count;
  std::cout << bytes_each << " bytes of heap for each\n";
  EXPECT_LT(bytes_each, 2048u);
  EXPECT_GT(bytes_each, 100u) << "the measurement is wrong";
#endif

  clients.tell(1);
  EXPECT_EQ(clients.hear(), count) << "after having been idle";
  clients.tell(1);
  EXPECT_TRUE(waitUntil(kPatience, [&] { return edge.server.stats().connections_open == 0; }));
}

TEST(IdleConnections, WithoutFreeDescriptorsTheEdgeWaitsAndGoesOn) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  EdgeUnderTest edge;
  RawClient first(edge.port());
  first.send(get("/"));
  EXPECT_EQ(first.read().status, 200);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  const int client_end = ::socket(AF_INET, SOCK_STREAM, 0);
  ::close(client_end);
  ASSERT_EQ(client_end, lowest_free);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;  // room for the client's end only
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  RawClient starved(edge.port());
  starved.send(get("/starved"));
  first.send(get("/still"));
  EXPECT_EQ(first.read().body, "GET /still ");
  EXPECT_EQ(edge.server.stats().connections_open, 1u);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(starved.read().body, "GET /starved ");
}

}  // namespace
}  // namespace belfry::test
