#include "cli/explanation_text.h"

#include "cli/text_table.h"

namespace belfry::cli {
namespace {

template <class Print>
void forEach(const JsonValue& object, const char* name, Print print) {
  const auto* list = memberAt(object, name);
  if (list == nullptr || !list->IsArray()) return;
  for (const auto& item : list->GetArray()) print(item);
}

void printDecision(std::ostream& out, const JsonValue& decision) {
  out << "  decided: ";
  if (decision.HasMember("rule")) {
    out << cellText(decision, "rule") << " (" << cellText(decision, "level") << ")";
    if (decision.HasMember("value")) out << " = " << cellText(decision, "value");
  } else {
    out << cellText(decision, "type") << " at " << cellText(decision, "at");
    if (decision.HasMember("detail")) out << ' ' << cellText(decision, "detail");
  }
  out << '\n';
}

void printRoute(std::ostream& out, const JsonValue& attempt) {
  const auto* route = memberAt(attempt, "route");
  if (route == nullptr || !route->IsObject()) return;
  forEach(*route, "candidates", [&](const JsonValue& candidate) {
    const auto* taken = memberAt(candidate, "taken");
    const bool was_taken = taken != nullptr && taken->IsTrue();
    out << "    " << (was_taken ? "took " : "left ") << cellText(candidate, "provider");
    if (!was_taken) out << ": " << cellText(candidate, "reason");
    out << '\n';
  });
}

void printAttempt(std::ostream& out, const JsonValue& attempt) {
  out << "  attempt " << cellText(attempt, "attempt") << " by " << cellText(attempt, "provider") << ", "
      << cellText(attempt, "startedAt") << " to " << cellText(attempt, "endedAt") << ": "
      << cellText(attempt, "result");
  if (attempt.HasMember("detail")) out << ' ' << cellText(attempt, "detail");
  out << '\n';
  printRoute(out, attempt);
}

void printReceipt(std::ostream& out, const JsonValue& receipt) {
  out << "  receipt: " << cellText(receipt, "type") << " at " << cellText(receipt, "at") << " of attempt "
      << cellText(receipt, "attempt");
  if (receipt.HasMember("detail")) out << ' ' << cellText(receipt, "detail");
  out << '\n';
}

}  // namespace

void printExplanation(std::ostream& out, const JsonValue& explanation) {
  printObject(out, explanation,
              {{"notification", "id"}, {"status", "status"}, {"priority", "priority"}, {"created", "createdAt"}});
  forEach(explanation, "deliveries", [&](const JsonValue& delivery) {
    out << '\n'
        << cellText(delivery, "channel") << ' ' << cellText(delivery, "id") << "  " << cellText(delivery, "status");
    if (delivery.HasMember("error")) out << ", error: " << cellText(delivery, "error");
    if (delivery.HasMember("nextAttemptAt")) out << ", next attempt at " << cellText(delivery, "nextAttemptAt");
    out << '\n';
    forEach(delivery, "decisions", [&](const JsonValue& one) { printDecision(out, one); });
    forEach(delivery, "attempts", [&](const JsonValue& one) { printAttempt(out, one); });
    forEach(delivery, "receipts", [&](const JsonValue& one) { printReceipt(out, one); });
  });
}

}  // namespace belfry::cli
