// How commands ask the host: where it is, who asks, and how an answer is shown.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "kit/json.h"

namespace belfry::cli {

/// From --server, --key, --key-file, --tenant and --ca-file, else from the environment. Throws UsageError.
ApiSettings apiSettings(const Invocation& invocation, const Console& console);

/// One command's conversation with the host.
class HostCall {
 public:
  HostCall(const Invocation& invocation, Console& console);

  /// The answer to a request that succeeded. A problem is shown (and printed as it is with --json), then CommandFailed
  /// is thrown.
  ApiReply get(const std::string& target);
  ApiReply post(const std::string& target, const std::string& body = "", const ApiHeaders& headers = {});
  ApiReply patch(const std::string& target, const std::string& body);
  ApiReply remove(const std::string& target);
  /// The answer, whatever it is.
  ApiReply fetch(const std::string& target) { return client_.send("GET", target); }

  /// With --json the answer as it came; else `human` prints it. Throws CommandFailed for an answer that is no JSON.
  void show(const ApiReply& reply, const std::function<void(const JsonValue&)>& human);
  [[noreturn]] void refuse(const ApiReply& reply);
  bool asJson() const { return as_json_; }

 private:
  ApiReply checked(ApiReply reply);
  void printRaw(const ApiReply& reply);

  Console& console_;
  const bool as_json_;
  ApiClient client_;
};

/// `base?limit=20&cursor=…` of the options that are set; `names` pairs an option with its query parameter.
std::string withQuery(const std::string& base, const Invocation& invocation,
                      const std::vector<std::pair<std::string_view, std::string_view>>& names);

/// Every list has these.
std::vector<OptionSpec> pageOptions();
/// The page's items, then where to go on. A list without `items` throws CommandFailed.
void printPage(Console& console, const JsonValue& page, const std::function<void(const JsonValue& items)>& print_items);

}  // namespace belfry::cli
