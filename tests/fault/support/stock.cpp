#include "fault/support/stock.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "kit/json.h"

namespace belfry::test {
namespace {

enum class Verdict { delivered, bounced, unknown, lost };

std::string messageIdOf(std::string_view mail) {
  constexpr std::string_view kName = "Message-ID:";
  const auto at = mail.find(kName);
  if (at == mail.npos) return "none";
  const auto from = mail.find('<', at);
  return std::string(mail.substr(from, mail.find('>', from) - from + 1));
}

/// Recipient → Message-ID of each copy kept.
std::map<std::string, std::vector<std::string>> copiesIn(const std::vector<const MailSink*>& sinks) {
  std::map<std::string, std::vector<std::string>> copies;
  for (const auto* sink : sinks) {
    for (const auto& line : sink->messages()) {
      const auto mail = parseJson(line);
      if (!mail) continue;  // the sink was killed while it wrote
      for (const auto& to : (*mail)["rcpts"].GetArray()) {
        copies[std::string(asView(to))].push_back(messageIdOf(asView((*mail)["data"])));
      }
    }
  }
  return copies;
}

std::map<std::string, Fate> fatesIn(const HostUnderFault& host) {
  std::map<std::string, Fate> fates;
  const auto rows = host.sql(
      "SELECT d.notification_id, d.status, coalesce(d.error_code, ''), d.attempt,"
      "       (SELECT count(*) FROM belfry.delivery_events e WHERE e.tenant_id = d.tenant_id AND e.delivery_id = d.id"
      "           AND e.type = 'lease_expired'),"
      "       EXISTS (SELECT FROM belfry.work w WHERE w.tenant_id = d.tenant_id AND w.delivery_id = d.id)"
      "  FROM belfry.deliveries d");
  for (const auto& row : rows) {
    fates[row[0]] = {"", row[1], row[2], std::atoi(row[3].c_str()), std::atoi(row[4].c_str()), row[5] == "t", {}};
  }
  return fates;
}

Verdict judge(const Fate& fate) {
  if (fate.live) return Verdict::lost;
  if (fate.state == "sent" && !fate.message_ids.empty()) return Verdict::delivered;
  if (fate.state == "bounced" && fate.message_ids.empty()) return Verdict::bounced;
  if (fate.state == "unknown" && !fate.reason.empty()) return Verdict::unknown;
  return Verdict::lost;
}

std::size_t copiesBeyondFirst(const Fate& fate) { return fate.message_ids.empty() ? 0 : fate.message_ids.size() - 1; }

std::size_t inexcusable(const Fate& fate) {
  const std::set<std::string> distinct(fate.message_ids.begin(), fate.message_ids.end());
  if (distinct.size() > 1) return copiesBeyondFirst(fate);
  const auto excused = static_cast<std::size_t>(fate.leases_lost);
  return copiesBeyondFirst(fate) - std::min(copiesBeyondFirst(fate), excused);
}

void count(Stock& stock, const Fate& fate) {
  switch (judge(fate)) {
    case Verdict::delivered: ++stock.delivered; break;
    case Verdict::bounced: ++stock.bounced; break;
    case Verdict::unknown: ++stock.unknown; break;
    case Verdict::lost: ++stock.lost; break;
  }
  stock.duplicates += copiesBeyondFirst(fate);
  stock.inexcusable += inexcusable(fate);
}

std::string lineOf(const std::string& id, const Fate& fate) {
  std::ostringstream line;
  line << id << ' ' << fate.to << ": " << fate.state << (fate.live ? " (live)" : "") << ' ' << fate.reason << ", "
       << fate.attempts << " attempts, " << fate.leases_lost << " leases lost, copies:";
  for (const auto& message_id : fate.message_ids) line << ' ' << message_id;
  line << '\n';
  return line.str();
}

}  // namespace

std::string Stock::summary() const {
  std::ostringstream text;
  text << "accepted " << accepted << ", delivered " << delivered << ", bounced " << bounced << ", unknown " << unknown
       << ", lost " << lost << ", duplicates " << duplicates << " (beyond the attempts cut short: " << inexcusable
       << ")";
  return text.str();
}

std::string Stock::findings() const {
  std::string lines;
  for (const auto& [id, fate] : fates) {
    if (judge(fate) == Verdict::lost || test::inexcusable(fate) > 0) lines += lineOf(id, fate);
  }
  return lines;
}

Stock takeStock(const HostUnderFault& host, const Ledger& ledger, const std::vector<const MailSink*>& sinks) {
  const auto copies = copiesIn(sinks);
  const auto known = fatesIn(host);
  Stock stock;
  for (const auto& [id, mail] : ledger.entries()) {
    const auto found = known.find(id);
    Fate fate = found == known.end() ? Fate{"", "absent", "", 0, 0, false, {}} : found->second;
    fate.to = mail.to;
    if (const auto kept = copies.find(mail.to); kept != copies.end()) fate.message_ids = kept->second;
    ++stock.accepted;
    count(stock, fate);
    stock.fates.emplace(id, std::move(fate));
  }
  return stock;
}

}  // namespace belfry::test
