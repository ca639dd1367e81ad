// The host of the checker outside of operations: its services depend on nothing but their inputs. Keyed hashes are
// made up; the rest of the cryptography is real.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "belfry/host.h"
#include "check/secrets.h"

namespace belfry::check {

/// What fakeHost's keyed_hash gives: 32 bytes that differ where the data differs. No cryptography, and none is needed
/// here.
std::string fakeKeyedHash(std::string_view data);

/// One host. Must outlive the instances that were created with it; does not move.
class FakeHost {
 public:
  explicit FakeHost(Secrets secrets = {}, std::set<std::string> missing = {});
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const bf_host& abi() const { return handle_.abi; }
  const Secrets& secrets() const { return secrets_; }
  /// What was logged or counted and shows a secret: "secret NAME in a log line"; empty: nothing.
  const std::string& leak() const { return leak_; }
  /// How many signatures, MACs and shown secrets were found right since it was made.
  std::uint64_t proofs() const { return proofs_; }

  static FakeHost& of(const bf_host* host);
  const void* service(std::string_view id) const;
  /// Remembers the first text that shows a secret.
  void watch(const char* where, bf_str text);
  void countProof() { ++proofs_; }

 private:
  struct Handle {
    bf_host abi;
    FakeHost* self;
  };
  Handle handle_;
  Secrets secrets_;
  std::set<std::string> missing_;
  std::string leak_;
  std::uint64_t proofs_ = 0;
};

/// A host without secrets. Static.
const bf_host& fakeHost();

}  // namespace belfry::check
