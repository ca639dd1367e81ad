// What of a group that was just inserted is a double, decided in the transaction of the insert.
//
//   insert the group as it came            notifications_insert.sql: nobody sees it before the commit
//   claim its keys, in their order         a key's row is locked, so two hosts decide about it one after the other
//   lock what the firsts still wait with   workers pass over locked rows; what they claimed before is begun, and left
//   alone decide in memory, in the group's order merge, end doubles, hand keys over     compare-and-set against the
//   claim; anything unexpected rolls all of it back
//
// Only groups with claims come here. The unit is a notification on a channel: a push to several devices is one.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "adapters/postgres/dedup_policy_json.h"
#include "adapters/postgres/keyring.h"
#include "adapters/postgres/transaction.h"
#include "ports/intake_store.h"

namespace belfry::pg {

/// For one transaction.
class DedupIntake {
 public:
  using Outcomes = std::unordered_map<Uuid, Stored>;  ///< by notification; without doubles there is none

  DedupIntake(Transaction& transaction, Keyring& keyring) : transaction_(transaction), keyring_(keyring) {}

  /// `fresh`: which of the group were inserted. May throw SqlError, StoreRejected.
  Outcomes run(std::span<const NewNotification> group, const std::unordered_set<Uuid>& fresh);

  /// What an earlier try of the group, whose commit was lost on the way, had found of these.
  static Outcomes recall(Connection& connection, std::span<const NewNotification> group,
                         const std::unordered_set<Uuid>& stored);

 private:
  using KeyName = std::tuple<Uuid, std::string_view, std::string>;  // tenant, channel, keyed hash
  struct Key {
    const NewNotification* first = nullptr;  // of the group
    const DedupClaim* claim = nullptr;
    int claims = 0;
    Uuid holder;
    TimePoint expires_at;
    bool changed = false;
    int uncounted = 0;
  };
  struct Unit {
    const NewNotification* notification;
    const DedupClaim* claim;
    std::map<KeyName, Key>::iterator key;
  };
  /// A notification that holds a key.
  struct First {
    TenantId tenant;
    bool begun = false;  // on any channel: its data is one for all
    std::map<Channel, std::vector<Uuid>> waiting;
    std::map<Channel, std::size_t> deliveries;
    std::map<Channel, std::size_t> cancelled;
    std::map<Channel, Uuid> first_delivery;
    std::optional<NotificationRequest> request;  // as far as it is needed
    bool merged = false;

    bool waits(Channel channel) const;
    bool calledOff(Channel channel) const;
  };
  struct Closing {
    TenantId tenant;
    Uuid delivery;
    std::string detail;
  };

  void collect(std::span<const NewNotification> group, const std::unordered_set<Uuid>& fresh);
  void claim();
  void lookAtHolders();
  void loadRequests(const std::vector<Uuid>& tenants, const std::vector<Uuid>& ids);
  void decide();
  void decideOn(const Unit& unit);
  bool takePlace(const Unit& unit, First& first);
  std::string_view tryMerge(const Unit& unit, First& first);
  void endAsDouble(const Unit& unit, const First& first, std::string_view outcome, std::string_view reason);
  void handOverTo(const Unit& unit);
  DedupDetail detailOf(const Unit& unit) const;
  void writeAll();
  std::pair<Statement, Params> merge() const;
  std::pair<Statement, Params> close() const;
  std::pair<Statement, Params> handOver() const;
  std::pair<Statement, Params> answer(std::span<const NewNotification* const> keyed, const Outcomes& outcomes) const;
  Outcomes outcomes();

  Transaction& transaction_;
  Keyring& keyring_;
  std::vector<Unit> units_;
  std::map<KeyName, Key> keys_;
  std::unordered_map<Uuid, First> firsts_;
  std::unordered_map<Uuid, const NewNotification*> members_;  // of the group, with claims
  std::vector<Closing> closings_;
  std::vector<Closing> merges_;  // told in the first one's timeline
  std::unordered_map<Uuid, std::set<Channel>> doubles_;
};

/// What names a key outside: its keyed hash.
Digest256 dedupKeyId(Keyring& keyring, TenantId tenant, bool generated, std::string_view key);

/// Whether somebody in the group claims a key.
bool claimsKeys(std::span<const NewNotification> group);

}  // namespace belfry::pg
