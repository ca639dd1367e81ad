#include "adapters/embedded/server_keeper.h"

#include <unistd.h>

#include <algorithm>

#include "adapters/embedded/embedded_error.h"
#include "kit/thread.h"

namespace belfry::embedded {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{5};         // between two looks whether a starting server answers
constexpr milliseconds kPassing{100};    // before a failed start that will pass is tried again
constexpr milliseconds kFirstDelay{50};  // before the first restart, doubled for each further one
constexpr milliseconds kLongestDelay{10'000};
constexpr milliseconds kSettled{10'000};  // having run this long, the next end counts as the first
constexpr milliseconds kForever{24 * 3'600'000};

milliseconds since(Clock::time_point then) { return std::chrono::duration_cast<milliseconds>(Clock::now() - then); }

}  // namespace

ServerKeeper::ServerKeeper(std::unique_ptr<EmbeddedServer> server, const StopEvent& stop, KeeperSettings settings,
                           Log& log)
    : server_(std::move(server)),
      stop_(stop),
      settings_(settings),
      log_(log),
      first_start_(first_.get_future().share()),
      thread_([this] { run(); }) {}

ServerKeeper::~ServerKeeper() { thread_.join(); }

void ServerKeeper::run() {
  nameThread("keep-" + server_->name());
  try {
    if (!bringUp(Clock::now() + settings_.start_timeout))
      throw EmbeddedError(server_->name() + " was stopped while it started");
    first_.set_value();
  } catch (...) {
    stopServer();
    first_.set_exception(std::current_exception());
    return;
  }
  keepRunning();
  stopServer();
}

void ServerKeeper::keepRunning() {
  auto delay = kFirstDelay;
  auto up_since = Clock::now();
  while (!stop_.isSet()) {
    if (child_ && child_->waitForEnd(kForever, stop_) != Waited::ended) continue;
    if (child_) log_.warn("embedded server ended", {{"server", server_->name()}, {"how", child_->howItEnded()}});
    child_.reset();
    if (since(up_since) > kSettled) delay = kFirstDelay;
    if (stop_.waitFor(delay)) break;
    delay = std::min(delay * 2, kLongestDelay);
    try {
      bringUp(Deadline::max());  // crash recovery may take long, and killing it half-way would start it over
      up_since = Clock::now();
    } catch (const std::exception& error) {
      stopServer();
      up_since = Clock::now();  // it was not up at all: the delay goes on growing
      log_.error("embedded server does not come back", {{"server", server_->name()}, {"error", error.what()}});
    }
  }
}

/// True when it answers; false when a stop was requested meanwhile. Throws EmbeddedError when it cannot be started.
bool ServerKeeper::bringUp(Deadline deadline) {
  const auto begun = Clock::now();
  auto attempt = tryOnce(deadline);
  while (attempt == Attempt::failedInPassing && !stop_.waitFor(kPassing)) attempt = tryOnce(deadline);
  if (attempt != Attempt::answers) return false;
  server_->provision();
  log_.info("embedded server ready",
            {{"server", server_->name()}, {"pid", child_->pid()}, {"took_ms", since(begun).count()}});
  return true;
}

ServerKeeper::Attempt ServerKeeper::tryOnce(Deadline deadline) {
  child_.reset();
  server_->prepare(stop_);
  if (stop_.isSet()) return Attempt::stopped;
  launch();
  while (!server_->answers()) {
    if (child_->waitForEnd(kLook, stop_) == Waited::stopRequested) return Attempt::stopped;
    const bool late = Clock::now() >= deadline;
    if (child_->ended() && !late && server_->isPassing(server_->log().sinceOpen())) return Attempt::failedInPassing;
    if (child_->ended()) giveUp(child_->howItEnded());
    if (late) giveUp("no answer within " + std::to_string(settings_.start_timeout.count()) + " ms");
  }
  return Attempt::answers;
}

void ServerKeeper::launch() {
  auto spec = server_->program();
  spec.output_fd = server_->log().open();
  try {
    child_.emplace(spec);
  } catch (...) {
    ::close(spec.output_fd);
    throw;
  }
  ::close(spec.output_fd);
}

void ServerKeeper::giveUp(const std::string& how) {
  const auto complaint = server_->log().complaint();
  throw EmbeddedError(server_->name() + " did not start (" + how +
                      "): " + (complaint.empty() ? "it wrote nothing" : complaint) +
                      "; its log: " + server_->log().file().string());
}

void ServerKeeper::stopServer() {
  if (child_) {
    const auto begun = Clock::now();
    child_->end(server_->stopSignals(), settings_.stop_timeout);
    log_.info("embedded server stopped",
              {{"server", server_->name()}, {"how", child_->howItEnded()}, {"took_ms", since(begun).count()}});
    child_.reset();
  }
  server_->endStrays();
}

}  // namespace belfry::embedded
