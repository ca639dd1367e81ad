#include "own_server.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace belfry::pg::test {

using belfry::test::ChildOptions;
using belfry::test::ChildProcess;
using belfry::test::readFile;

namespace {

constexpr std::chrono::seconds kLimit{60};

std::string runToEnd(const ChildOptions& options) {
  ChildProcess child(options);
  const auto exit = child.waitForExit(kLimit);
  if (!exit || exit->code != 0) throw std::runtime_error(options.args.front() + ": " + child.output());
  return child.standardOutput();
}

std::string sourceDir() {
  const char* dir = std::getenv("BELFRY_SOURCE_DIR");
  if (!dir) throw std::runtime_error("BELFRY_SOURCE_DIR is not set; run the test with ctest");
  return dir;
}

}  // namespace

OwnServer::OwnServer() { services("start"); }

OwnServer::~OwnServer() {
  try {
    services("stop");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "own server: %s\n", error.what());
  }
}

std::string OwnServer::services(const std::string& verb) const {
  std::vector<std::string> args{sourceDir() + "/tests/support/services", verb, directory_.path() / "s"};
  if (verb == "start") args.insert(args.end(), {"--owner", std::to_string(::getpid())});
  return runToEnd({.args = args});
}

std::filesystem::path OwnServer::home() const {
  std::string home = readFile(directory_.path() / "s" / "home");
  while (!home.empty() && home.back() == '\n') home.pop_back();
  return home;
}

std::string OwnServer::url() const { return "host=" + home().string() + " user=belfry dbname=postgres"; }

void OwnServer::control(std::vector<std::string> arguments) const {
  const std::string server = readFile(home() / "data" / "postmaster.opts");  // begins with the server's full path
  const auto pg_ctl = std::filesystem::path(server.substr(0, server.find(' '))).parent_path() / "pg_ctl";
  arguments.insert(arguments.begin(), {pg_ctl, "-D", home() / "data", "-w", "-l", home() / "postgres.log"});
  runToEnd({.args = arguments, .user = ::getuid() == 0 ? "postgres" : ""});
}

void OwnServer::stop() { control({"stop", "-m", "fast"}); }

void OwnServer::start() { control({"start"}); }

void OwnServer::signalAll(int number) const {
  const pid_t postmaster = std::stoi(readFile(home() / "data" / "postmaster.pid"));
  const std::string pid = std::to_string(postmaster);
  std::istringstream children(readFile("/proc/" + pid + "/task/" + pid + "/children"));
  for (pid_t child = 0; children >> child;) ::kill(child, number);
  ::kill(postmaster, number);
}

}  // namespace belfry::pg::test
