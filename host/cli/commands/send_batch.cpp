#include "cli/commands/send_batch.h"

#include <algorithm>

#include "cli/commands/batch_file.h"
#include "cli/commands/notification_paths.h"
#include "cli/failures.h"
#include "cli/host_call.h"
#include "cli/input_text.h"
#include "cli/text_table.h"
#include "kit/crypto.h"

namespace belfry::cli {
namespace {

constexpr std::size_t kChunkItems = 1000;  // the most that a chunk may have

const std::vector<Column> kFacts = {{"id", "batchId"},
                                    {"status", "status"},
                                    {"expected", "totalExpected"},
                                    {"processed", "totalProcessed"},
                                    {"rejected", "totalRejected"},
                                    {"sent", "totalSent"},
                                    {"delivered", "totalDelivered"},
                                    {"failed", "totalFailed"},
                                    {"by status", "byStatus"},
                                    {"created by", "createdBy"},
                                    {"created", "createdAt"},
                                    {"last chunk", "updatedAt"}};

void refuseContradictions(const Invocation& invocation) {
  for (const char* name : {"channel",         "to",       "user",     "user-type", "name",   "template",
                           "version",         "language", "data",     "subject",   "text",   "html",
                           "title",           "body",     "priority", "send-at",   "delay",  "expires-at",
                           "idempotency-key", "metadata", "dry-run",  "wait",      "timeout"}) {
    if (invocation.has(name))
      throw UsageError("--batch and --" + std::string(name) + " exclude each other: the file says what is sent");
  }
}

std::string listed(const std::vector<std::string>& items, std::size_t begin, std::size_t end) {
  std::string text = R"("notifications":[)";
  for (std::size_t i = begin; i < end; ++i) text += (i == begin ? "" : ",") + items[i];
  return text + "]}";
}

std::string firstBody(const std::vector<std::string>& items) {
  return R"({"totalExpected":)" + std::to_string(items.size()) + "," +
         listed(items, 0, std::min(items.size(), kChunkItems));
}

std::string chunkBody(const std::vector<std::string>& items, const BatchPosition& position) {
  JsonWriter frame;
  frame.object([&] {
    frame.member("batchId", position.id);
    frame.member("batchToken", position.token);
    frame.member("chunkIndex", position.chunks);
  });
  auto text = frame.take();
  text.back() = ',';
  const auto begin = position.chunks * kChunkItems;
  return text + listed(items, begin, std::min(items.size(), begin + kChunkItems));
}

/// What the host did not take, by its place in the whole file.
void tellRejected(Console& console, const JsonValue& answer, std::size_t first_item) {
  const auto* rejected = memberAt(answer, "rejected");
  if (rejected == nullptr || !rejected->IsArray()) return;
  for (const auto& one : rejected->GetArray()) {
    const auto* index = memberAt(one, "index");
    const auto item = first_item + (index && index->IsUint64() ? index->GetUint64() : 0);
    console.err << "rejected: item " << item << ": " << cellText(one, "pointer") << ' ' << cellText(one, "message")
                << '\n';
  }
}

JsonDocument answerOf(const ApiReply& reply) {
  auto json = parseJson(reply.body);
  if (!json || memberAt(*json, "batchId") == nullptr)
    throw CommandFailed("the host's answer names no batch; is this the address of a Belfry host?");
  return std::move(json).value();
}

/// Each chunk is noted down once it is answered; one whose answer was lost is sent again, and the host knows it.
void sendChunks(const std::vector<std::string>& items, const BatchMemory& memory, BatchPosition& position,
                HostCall& host, Console& console) {
  if (position.id.empty()) {
    memory.keep(position);
    const auto answer = answerOf(
        host.post(kNotifications + "/send-batch", firstBody(items), {{"Idempotency-Key", position.idempotency_key}}));
    position.id = cellText(answer, "batchId");
    position.token = cellText(answer, "batchToken");
    position.chunks = 1;
    memory.keep(position);
    tellRejected(console, answer, 0);
  } else {
    console.err << "going on with batch " << position.id << " at item " << position.chunks * kChunkItems << '\n';
  }
  while (position.chunks * kChunkItems < items.size()) {
    const auto answer = answerOf(host.post(kNotifications + "/send-chunk", chunkBody(items, position)));
    tellRejected(console, answer, position.chunks * kChunkItems);
    ++position.chunks;
    memory.keep(position);
  }
}

std::string batchPath(const std::string& id) { return kNotifications + "/batches/" + encoded(id); }

int show(const Invocation& invocation, Console& console) {
  HostCall host(invocation, console);
  host.show(host.get(batchPath(invocation.operand(0))),
            [&](const JsonValue& batch) { printObject(console.out, batch, kFacts); });
  return kSuccess;
}

}  // namespace

int sendBatch(const Invocation& invocation, Console& console) {
  refuseContradictions(invocation);
  const auto file = invocation.required("batch");
  if (file == "-")
    throw UsageError("--batch: '-' is not allowed, since a break could not be mended; allowed: the path of a file");
  const auto text = readInput(file, "--batch", console);
  const auto items = batchItems(text);
  HostCall host(invocation, console);
  const BatchMemory memory(file);
  auto position = memory.recall(toHex(asView(sha256(text))));
  sendChunks(items, memory, position, host, console);
  const auto reply = host.get(batchPath(position.id));
  memory.forget();
  host.show(reply, [&](const JsonValue& batch) { printObject(console.out, batch, kFacts); });
  const auto batch = answerOf(reply);
  const auto* rejected = memberAt(batch, "totalRejected");
  if (rejected && rejected->IsUint64() && rejected->GetUint64() > 0)
    throw CommandFailed(std::to_string(rejected->GetUint64()) + " of " + std::to_string(items.size()) +
                        " notifications were rejected");
  return kSuccess;
}

std::vector<Command> batchCommands() {
  return {{.name = "batch show",
           .summary = "Show how a batch stands: what came, what was sent, what failed",
           .operands = {{"ID", "the batch's id"}},
           .examples = {"belfry batch show 0193f0a4-7b1c-7c3e-9d52-4d0f6d1c2b3a"},
           .run = show}};
}

}  // namespace belfry::cli
