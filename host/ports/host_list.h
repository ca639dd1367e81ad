// Hosts that an exchange may go to, shared by all exchanges of a provider instance: copying costs no memory.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace belfry {

/// `host`, `host:port` or `*.domain`, each. Thread-safe; never changes.
class HostList {
 public:
  HostList() = default;
  HostList(std::initializer_list<std::string> hosts) : HostList(std::vector<std::string>(hosts)) {}
  HostList(std::vector<std::string> hosts)
      : hosts_(std::make_shared<const std::vector<std::string>>(std::move(hosts))) {}

  const std::vector<std::string>& all() const noexcept {
    static const std::vector<std::string> none;
    return hosts_ ? *hosts_ : none;
  }

 private:
  std::shared_ptr<const std::vector<std::string>> hosts_;  // nullptr: none
};

}  // namespace belfry
