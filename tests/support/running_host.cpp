#include "support/running_host.h"

#include <rapidjson/pointer.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/wait_until.h"

namespace belfry::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

fs::path belfrydOf(const HostOptions& options) {
  if (!options.program.empty()) return options.program;
  const char* build = std::getenv("BELFRY_BUILD_DIR");
  if (!build) throw std::runtime_error("BELFRY_BUILD_DIR is not set: run through ctest, or set it");
  return fs::path(build) / "bin" / "belfryd";
}

/// Renamed into place, so that a host never reads half of it.
void writeWhole(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  const fs::path unfinished = file.string() + ".new";
  std::ofstream(unfinished, std::ios::binary) << text;
  fs::rename(unfinished, file);
}

bool names(const HttpHeaders& headers, const std::string& name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
}

std::size_t countIn(const std::string& text, const std::string& wanted) {
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + wanted.size())) ++count;
  return count;
}

constexpr const char* kReconciled = R"("event":"files reconciled")";
constexpr const char* kServing = R"("event":"serving")";

}  // namespace

const JsonValue* ApiReply::at(const std::string& pointer) const {
  return rapidjson::Pointer(pointer.c_str(), pointer.size()).Get(json);
}

std::string ApiReply::text(const std::string& pointer) const {
  const auto* value = at(pointer);
  if (!value) return "";
  return value->IsString() ? std::string(asView(*value)) : toJsonText(*value);
}

std::size_t ApiReply::size(const std::string& pointer) const {
  const auto* value = at(pointer);
  return value && value->IsArray() ? value->Size() : 0;
}

std::string smtpTenant(const std::string& slug, std::uint16_t port, const std::string& more_config) {
  return "tenant: " + slug + "\nname: " + slug + " of the tests\nauth: [apikey]\nproviders:\n  - id: " + slug +
         "-smtp\n    plugin: smtp\n    channel: email\n    config:\n      host: 127.0.0.1\n      port: " +
         std::to_string(port) + "\n      tls: none\n      from: \"" + slug + " <no-reply@" + slug + ".example>\"\n" +
         more_config;
}

HostOptions mailHost(const MailSink& sink) {
  HostOptions options;
  options.set = {"exchange.allow_private_hosts=[127.0.0.1:" + std::to_string(sink.port()) + "]"};
  options.tenant_files["acme"] = smtpTenant("acme", sink.port());
  options.template_files["acme/welcome"] = R"(key: welcome
engine: mustache
language: en
variables: {required: [orderId], optional: [name]}
content:
  email:
    subject: "Order {{orderId}}"
    text: "Hello {{name}}, your order is {{orderId}}."
    html: "<p>Hello {{name}}, your order is <b>{{orderId}}</b>.</p>"
)";
  return options;
}

RunningHost::RunningHost(HostOptions options) : options_(std::move(options)) {
  fs::create_directories(directory_.path() / "tenants");
  fs::create_directories(directory_.path() / "templates");
  for (const auto& [slug, yaml] : options_.tenant_files) writeTenant(slug, yaml);
  for (const auto& [place, yaml] : options_.template_files) writeTemplate(place, yaml);
  start();
}

RunningHost::~RunningHost() {
  if (process_) process_->kill();
  endServers();
}

// The directory is about to go, so a clean shutdown (a checkpoint, seconds on a slow disk) is of no use to anybody.
void RunningHost::endServers() const {
  const pid_t postmaster = std::atoi(readFile(dataDirectory() / "postgres/data/postmaster.pid").c_str());
  if (postmaster <= 0) return;
  ::kill(postmaster, SIGQUIT);
  const auto gone = [&] {
    std::error_code failed;  // of a zombie, too, whose parent takes its time
    return fs::read_symlink("/proc/" + std::to_string(postmaster) + "/cwd", failed).empty();
  };
  if (!waitUntil(10s, gone)) std::fprintf(stderr, "PostgreSQL %d did not end\n", postmaster);
}

std::vector<std::string> RunningHost::commandLine() const {
  std::vector<std::string> args = {belfrydOf(options_), "--port", "0"};
  const auto set = [&](const std::string& setting) { args.insert(args.end(), {"--set", setting}); };
  if (options_.embedded) args.push_back("--embedded");
  if (options_.embedded) args.insert(args.end(), {"--data-dir", dataDirectory()});
  set("tenants.directory=" + (directory_.path() / "tenants").string());
  set("templates.directory=" + (directory_.path() / "templates").string());
  for (const auto& setting : options_.set) set(setting);
  args.insert(args.end(), options_.args.begin(), options_.args.end());
  return args;
}

void RunningHost::launch() {
  process_.reset();
  const auto output = directory_.path() / ("run-" + std::to_string(++run_));
  fs::create_directories(output);
  process_ = std::make_unique<ChildProcess>(
      ChildOptions{.args = commandLine(), .env = options_.environment, .output_dir = output});
}

void RunningHost::start() {
  launch();
  if (!waitReady()) throw std::runtime_error("belfryd did not get ready: " + output());
}

std::optional<std::uint16_t> RunningHost::announcedPort() const {
  const std::string error = process_->standardError();
  const auto line = error.find(kServing);
  const std::string name = "\"port\":";
  const auto at = line == std::string::npos ? line : error.find(name, line);
  if (at == std::string::npos || error.find('\n', at) == std::string::npos) return std::nullopt;
  return static_cast<std::uint16_t>(std::atoi(error.c_str() + at + name.size()));
}

bool RunningHost::waitReady(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::optional<std::uint16_t> port;
  const bool settled = waitUntil(limit, [&] {
    const bool ended = !process_->running();
    port = announcedPort();
    return port || ended;
  });
  if (!settled || !port) return false;
  port_ = *port;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return waitUntil(left, [&] { return request("GET", port_, "/health/ready").status == 200; });
}

void RunningHost::kill(int signal) {
  if (signal == SIGKILL) process_->kill();
  else process_->signal(signal);
}

std::optional<ExitStatus> RunningHost::stop(std::chrono::milliseconds limit) {
  process_->signal(SIGTERM);
  return process_->waitForExit(limit);
}

std::optional<ExitStatus> RunningHost::waitForExit(std::chrono::milliseconds limit) {
  return process_->waitForExit(limit);
}

bool RunningHost::running() { return process_ && process_->running(); }

bool RunningHost::reload(std::chrono::milliseconds limit) {
  const auto before = countIn(process_->standardError(), kReconciled);
  process_->signal(SIGHUP);
  return waitUntil(limit, [&] { return countIn(process_->standardError(), kReconciled) > before; });
}

void RunningHost::writeTenant(const std::string& slug, const std::string& yaml) const {
  writeWhole(directory_.path() / "tenants" / (slug + ".yaml"), yaml);
}

void RunningHost::writeTemplate(const std::string& place, const std::string& yaml) const {
  writeWhole(directory_.path() / "templates" / (place + ".yaml"), yaml);
}

pid_t RunningHost::pid() const { return process_->pid(); }

std::string RunningHost::adminKey() const {
  std::string key = readFile(dataDirectory() / "admin.key");
  while (!key.empty() && key.back() == '\n') key.pop_back();
  return key;
}

std::string RunningHost::superuserUrl() const {
  return "postgresql://postgres@/belfry?host=" + (dataDirectory() / "postgres").string() + "&port=5432";
}

std::string RunningHost::databaseUrl() const {
  return "postgresql://belfry@/belfry?host=" + (dataDirectory() / "postgres").string() + "&port=5432";
}

ApiReply RunningHost::api(const std::string& method, const std::string& path, const std::string& body,
                          const std::string& tenant, HttpHeaders headers) const {
  if (!names(headers, "X-API-Key") && !names(headers, "Authorization")) headers.emplace_back("X-API-Key", adminKey());
  if (!tenant.empty()) headers.emplace_back("X-Tenant", tenant);
  if (!body.empty() && !names(headers, "Content-Type")) headers.emplace_back("Content-Type", "application/json");
  HttpReply raw = request(method, port_, path, headers, body);
  ApiReply reply{raw.status, std::move(raw.headers), std::move(raw.body), std::move(raw.error), {}};
  if (auto parsed = parseJson(reply.body)) reply.json = std::move(*parsed);
  return reply;
}

ApiReply RunningHost::send(const std::string& body, const std::string& tenant, const HttpHeaders& headers) const {
  return post("/api/v1/services/notifications/send", body, tenant, headers);
}

ApiReply RunningHost::notification(const std::string& id, const std::string& tenant) const {
  return get("/api/v1/services/notifications/" + id, tenant);
}

ApiReply RunningHost::waitForStatus(const std::string& id, const std::string& status, const std::string& tenant,
                                    std::chrono::milliseconds limit) const {
  ApiReply last;
  const bool reached = waitUntil(limit, [&] {
    last = notification(id, tenant);
    return last.text("/status") == status;
  });
  if (!reached && last.error.empty()) last.error = "not " + status + " in time";
  return last;
}

std::vector<std::string> RunningHost::logs() const {
  std::vector<std::string> lines;
  for (int run = 1; run <= run_; ++run) {
    std::istringstream in(readFile(directory_.path() / ("run-" + std::to_string(run)) / "stderr"));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  }
  return lines;
}

std::string RunningHost::output() const { return process_ ? process_->output() : ""; }

}  // namespace belfry::test
