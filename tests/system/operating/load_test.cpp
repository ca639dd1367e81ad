// A host with many clients and deliveries at once needs few threads.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "support/http_client.h"
#include "support/wait_until.h"
#include "system/stage.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 16;
constexpr int kSendsEach = 25;
constexpr int kMostThreads = 48;  // most of them loops that sleep; none is a client's

int threadsOf(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  const std::string name = "Threads:";
  for (std::string line; std::getline(status, line);)
    if (line.rfind(name, 0) == 0) return std::stoi(line.substr(name.size()));
  return -1;
}

void sendMany(int client, std::atomic<int>& accepted) {
  const auto& host = stage().host;
  for (int i = 0; i < kSendsEach; ++i) {
    const auto address = "load" + std::to_string(client) + "." + std::to_string(i) + "@example.test";
    if (host.send(mailBody(address, R"(,"metadata":{"load":true})"), "acme").status == 202) ++accepted;
  }
}

TEST(Load, ManyClientsAreServedByFewThreads) {
  const auto& stage = belfry::test::stage();
  std::vector<std::unique_ptr<HttpConnection>> idle;  // connections cost no thread
  for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<HttpConnection>(stage.host.port()));
  std::atomic<int> accepted{0}, running{kClients};
  int most = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client)
    clients.emplace_back([&, client] {
      sendMany(client, accepted);
      --running;
    });
  EXPECT_TRUE(waitUntil(120s, [&] {
    most = std::max(most, threadsOf(stage.host.pid()));
    return running == 0;
  }));
  for (auto& client : clients) client.join();

  EXPECT_EQ(accepted, kClients * kSendsEach);
  EXPECT_GT(most, 0);
  EXPECT_LE(most, kMostThreads);
  EXPECT_TRUE(waitUntil(60s, [&] { return stage.count("belfry.work WHERE state <> 'scheduled'") == 0; }));
  std::size_t arrived = 0;
  for (const auto& line : stage.sink.messages()) arrived += line.find("\"load") != std::string::npos ? 1u : 0u;
  EXPECT_EQ(arrived, static_cast<std::size_t>(kClients * kSendsEach));
}

}  // namespace
}  // namespace belfry::test
