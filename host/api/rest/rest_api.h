// The REST API behind the HTTP edge. What happens to a request:
//
//   preview  (io thread, before the body)  path, method, credential present, media type
//   handle   (io thread)                   at-once operations answer; the rest goes to the queue, or 503
//   worker   authenticate → scope → idempotency → operation → answer, now or (send) after the commit
//
// Reads wait for the database, so they run on a few worker threads behind a bounded queue. A send gives its thread back
// and answers from the intake writer.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "api/http/handler.h"
#include "api/rest/router.h"
#include "api/rest/work_queue.h"
#include "kit/log.h"
#include "kit/time.h"
#include "ports/idempotency_store.h"
#include "services/identity/authentication.h"

namespace belfry {

struct RestSettings {
  int worker_threads = 4;                         ///< http.worker_threads
  std::size_t queue_limit = 1024;                 ///< http.queue_limit
  std::size_t max_body_bytes = 32 * 1024 * 1024;  ///< http.max_body_bytes; no operation takes more
  std::chrono::hours idempotency_ttl{24};         ///< idempotency.ttl_h
  std::chrono::seconds idempotency_lock{30};      ///< how long a request that vanished keeps its key
};

class RestApi final : public HttpHandler {
 public:
  RestApi(Router router, Authentication& authentication, IdempotencyStore& idempotency, const Clock& clock,
          const Log& log, RestSettings settings);
  ~RestApi() override;  ///< stop()

  void start();
  /// After the edge was drained: answers what is queued, then ends the threads.
  void stop();

  Preview preview(const HttpRequest& head) override;
  void handle(HttpRequest request, std::shared_ptr<Responder> responder) override;

 private:
  struct Run;

  std::optional<Problem> prepare(const Operation& operation, Call& call);
  void answer(const std::shared_ptr<Run>& run);
  Answer answerOnce(const Run& run);
  /// Keeps the answer under the call's Idempotency-Key, unless the operation does that itself.
  void answerLater(const std::shared_ptr<Run>& run, const AnswerLater& later);
  IdempotencyStart beginOnce(const Call& call, const Digest256& key);
  /// What a key that was taken before means for this request; nullopt when this is the first.
  static std::optional<Answer> knownAnswer(const IdempotencyStart& start);
  void settleKey(const Run& run, const Digest256& key, const Uuid& ticket, const Answer& answer);
  std::optional<Problem> attempt(const Run& run, const std::function<void()>& step) const;

  const Router router_;
  Authentication& authentication_;
  IdempotencyStore& idempotency_;
  const Clock& clock_;
  const Log& log_;
  const RestSettings settings_;
  WorkQueue queue_;
};

}  // namespace belfry
