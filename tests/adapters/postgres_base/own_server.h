// A PostgreSQL of one test alone, to be stopped, started and frozen without disturbing anybody.
#pragma once

#include <filesystem>
#include <string>

#include "support/child_process.h"

namespace belfry::pg::test {

class OwnServer {
 public:
  /// Started. Throws std::runtime_error.
  OwnServer();
  ~OwnServer();

  /// As role `belfry`.
  std::string url() const;
  void stop();
  void start();
  /// Sends a signal to the postmaster and all its children.
  void signalAll(int number) const;

 private:
  std::string services(const std::string& verb) const;
  void control(std::vector<std::string> arguments) const;
  std::filesystem::path home() const;

  belfry::test::TemporaryDirectory directory_;
};

}  // namespace belfry::pg::test
