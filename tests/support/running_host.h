// The real belfryd as a child of a test: on a data directory of its own, started, killed, started again on the same
// data, asked by HTTP as the platform admin or as whoever holds a key.
//
//   MailSink sink;
//   HostOptions options = mailHost(sink);                   // tenant `acme` with one smtp provider
//   RunningHost host(options);                              // starts and waits until it is ready
//   auto sent = host.post("/api/v1/services/notifications/send", kBody, "acme");
//   ASSERT_EQ(sent.status, 202) << sent.body;
//   host.kill();                                            // kill -9; the embedded servers go with it
//   host.start();                                           // the same data, maybe another port
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kit/json.h"
#include "support/child_process.h"
#include "support/http_client.h"
#include "support/mail_sink.h"

namespace belfry::test {

/// A reply with its body read as JSON (Null when it is none).
struct ApiReply {
  int status = 0;  ///< 0: no reply came; see `error`
  std::map<std::string, std::string> headers;
  std::string body;
  std::string error;
  JsonDocument json;

  /// The value at an RFC 6901 pointer; nullptr when there is none.
  const JsonValue* at(const std::string& pointer) const;
  /// Text at a pointer as it is; other values as JSON text; "" when there is none.
  std::string text(const std::string& pointer) const;
  /// How many items the array at a pointer has; 0 when there is none.
  std::size_t size(const std::string& pointer) const;
};

struct HostOptions {
  std::vector<std::string> set;                       ///< "worker.lease_ms=1000": a --set each
  std::map<std::string, std::string> tenant_files;    ///< slug → text of tenants/SLUG.yaml
  std::map<std::string, std::string> template_files;  ///< "acme/welcome" → text of templates/acme/welcome.yaml
  std::map<std::string, std::string> environment;
  std::vector<std::string> args;  ///< further arguments
  bool embedded = true;           ///< false: give database.url in `set`
  std::filesystem::path program;  ///< empty: BELFRY_BUILD_DIR/bin/belfryd
};

/// One smtp provider, `SLUG-smtp`, at 127.0.0.1:port without TLS. `more_config`: further lines, indented by 6.
std::string smtpTenant(const std::string& slug, std::uint16_t port, const std::string& more_config = "");
/// Options with tenant `acme` on the sink, the sink's port allowed, and template `acme/welcome` (requires `orderId`).
HostOptions mailHost(const MailSink& sink);

/// One thread at a time, except the calls marked const. What it started is killed by the destructor.
class RunningHost {
 public:
  /// Prepares directories and files and starts. Throws std::runtime_error with the host's output when it does not get
  /// ready within two minutes.
  explicit RunningHost(HostOptions options = {});
  ~RunningHost();
  RunningHost(const RunningHost&) = delete;
  RunningHost& operator=(const RunningHost&) = delete;

  /// Starts (again) on the same data and waits until /health/ready says 200. Throws as the constructor.
  void start();
  /// Starts without waiting.
  void launch();
  /// False at the deadline, or when it ended.
  [[nodiscard]] bool waitReady(std::chrono::milliseconds limit = std::chrono::minutes(2));
  /// Sends a signal; with SIGKILL also waits until it is gone. Its embedded servers may still be shutting down then;
  /// start() copes with that.
  void kill(int signal = SIGKILL);
  /// SIGTERM, and waits for its end; nullopt when it is not gone in time.
  std::optional<ExitStatus> stop(std::chrono::milliseconds limit = std::chrono::seconds(60));
  std::optional<ExitStatus> waitForExit(std::chrono::milliseconds limit);
  bool running();
  /// SIGHUP, and waits until the files are read again. False when that was not logged in time.
  [[nodiscard]] bool reload(std::chrono::milliseconds limit = std::chrono::seconds(30));

  /// Written into the host's directories; a running host reads them at reload().
  void writeTenant(const std::string& slug, const std::string& yaml) const;
  void writeTemplate(const std::string& place, const std::string& yaml) const;
  /// For later starts.
  HostOptions& options() noexcept { return options_; }

  pid_t pid() const;
  std::uint16_t port() const noexcept { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::filesystem::path directory() const { return directory_.path(); }
  std::filesystem::path dataDirectory() const { return directory_.path() / "data"; }
  /// The text of DIR/admin.key.
  std::string adminKey() const;
  /// libpq URL of the embedded database as superuser (sees through row-level security), for runSql().
  std::string superuserUrl() const;
  /// As role `belfry`, who owns the tables: what a second host gets as database.url.
  std::string databaseUrl() const;

  /// As the platform admin, acting on `tenant` (none: without X-Tenant). A body is sent as application/json.
  /// `headers` are added; one named X-API-Key or Authorization takes the admin's place. Const: any thread.
  ApiReply api(const std::string& method, const std::string& path, const std::string& body = "",
               const std::string& tenant = "", HttpHeaders headers = {}) const;
  ApiReply get(const std::string& path, const std::string& tenant = "") const { return api("GET", path, "", tenant); }
  ApiReply post(const std::string& path, const std::string& body, const std::string& tenant = "",
                const HttpHeaders& headers = {}) const {
    return api("POST", path, body, tenant, headers);
  }
  /// POST …/notifications/send.
  ApiReply send(const std::string& body, const std::string& tenant, const HttpHeaders& headers = {}) const;
  /// GET …/notifications/ID.
  ApiReply notification(const std::string& id, const std::string& tenant) const;
  /// Waits until the notification has this status; the last answer either way.
  ApiReply waitForStatus(const std::string& id, const std::string& status, const std::string& tenant,
                         std::chrono::milliseconds limit = std::chrono::seconds(30)) const;

  /// What all starts so far wrote to stderr, line by line.
  std::vector<std::string> logs() const;
  /// stdout and stderr of the last start, for messages of failed expectations.
  std::string output() const;

 private:
  std::vector<std::string> commandLine() const;
  void endServers() const;
  std::optional<std::uint16_t> announcedPort() const;

  HostOptions options_;
  TemporaryDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
  int run_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace belfry::test
