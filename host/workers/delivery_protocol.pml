/* The protocol of delivery_loop.h, settle_stream.h, the rescue and the hints, as a model for spin(1).
 *
 * What is proven of every interleaving of two workers, two deliveries (one whose channel resends after a lost lease, one
 * whose channel holds), intake, rescue, Redis and time, with crashes, freezes and lost answers:
 *
 *   - no exchange begins before the claim of its attempt is committed, nor after its lease has run out;
 *   - a settlement counts only for the attempt that it is of, and a delivery ends once;
 *   - under `hold` at most one exchange may deliver; under `resend` at most one more than there were exchanges whose
 *     lease ran out;
 *   - hints may be lost, doubled, out of date or flushed without any effect on these;
 *   - with finitely many faults, any number of them of Redis, and weak fairness every accepted delivery ends (ltl ends).
 *
 * How the code maps: an `atomic` is one statement of PostgreSQL (notifications_insert, work_claim, work_settle for a whole
 * group, work_release, work_rescue) or a step within one process. Any step may take any time, so a freeze needs no step of
 * its own. Time is one bit of each lease: `over`. A worker's own deadline ends before its lease does; that it sees it pass
 * early is the same as a lease that ends early, so the two are one bit here.
 *
 * tests/fault/model checks it, and that each of these mutants breaks a promise; the figures are in the ADR on it.
 *
 *   MUTANT_SEND_FIRST    the exchange begins before the claim is committed
 *   MUTANT_NO_DEADLINE   the deadline is not looked at before the exchange
 *   MUTANT_LATE_CLOCK    a deadline counts from when the claim was confirmed, not from before it was first asked for
 *   MUTANT_SETTLE_ANY    settle does not compare the attempt number
 *   MUTANT_CLAIM_HELD    claim is no compare-and-set: it takes what another worker holds
 *   MUTANT_RELEASE_ANY   release compares neither owner nor attempt number
 *   MUTANT_RESEND_HELD   the rescue resends whatever the channel's policy says
 *   MUTANT_RETRY_MAYBE   an exchange whose answer never came is tried again
 *   MUTANT_HINTS_ONLY    nobody looks into PostgreSQL when no hint comes
 *   MUTANT_NO_RESCUE     nobody looks for leases that ran out
 */
#define WORKERS 2
#define DELIVERIES 2
#define PAIRS 4 /* of a worker and a delivery */
#define pair(w, d) ((w) * DELIVERIES + (d))
#define resends(d) (d == 0)
#ifndef FAULTS
#define FAULTS 3 /* of any kinds; those of Redis are not counted */
#endif

mtype = { absent, waiting, sending, ended };         /* a row of `work`; absent before intake, ended when it is gone */
/* What a worker does with a delivery. Unsure: it was stored as claimed, and the answer to that was lost. */
mtype = { idle, wanted, unsure, claimed, exchanging, done };
mtype = { none, sent, maybe_sent, not_sent };        /* how its exchange ended */

/* PostgreSQL: lives through everything. */
mtype row[DELIVERIES] = absent;
byte attempt[DELIVERIES];
byte owner[DELIVERIES]; /* worker + 1; 0: nobody */
bool over[DELIVERIES];  /* lease_until has passed */

/* Redis: a hint of each delivery. It may come again while an earlier one is worked on, which is all that a double does. */
bool hint[DELIVERIES];

/* The workers' memory, lost in a crash. */
mtype step[PAIRS] = idle;
mtype outcome[PAIRS] = none;
byte mine[PAIRS];     /* the attempt that was claimed */
bool too_late[PAIRS]; /* its deadline has passed */

/* What may still go wrong. */
byte faults = FAULTS;

/* For the promises alone. */
bool committed[PAIRS];     /* the claim of the attempt in hand */
bool begun[DELIVERIES];    /* an exchange of the attempt that holds the lease */
byte may_deliver[DELIVERIES];
byte cut_short[DELIVERIES]; /* exchanges whose lease ran out */
byte times_ended[DELIVERIES];

inline forget(i) {
  step[i] = idle; outcome[i] = none; mine[i] = 0; too_late[i] = false; committed[i] = false
}

inline endRow(d) {
  row[d] = ended; owner[d] = 0; over[d] = false; begun[d] = false;
  times_ended[d]++;
  assert(times_ended[d] == 1)
}

inline putBack(d) {
  row[d] = waiting; owner[d] = 0; over[d] = false; begun[d] = false
}

#ifdef MUTANT_CLAIM_HELD
#define claimable(w, d) (row[d] == waiting || (row[d] == sending && owner[d] != w + 1))
#else
#define claimable(w, d) (row[d] == waiting)
#endif

/* The answer to the claim may be lost: the row is claimed, and nobody knows. */
inline claim(w, d, i) {
  row[d] = sending; attempt[d]++; owner[d] = w + 1; over[d] = false; begun[d] = false;
  if
  :: faults > 0 -> faults--; forget(i)
  :: step[i] = claimed; mine[i] = attempt[d]; committed[i] = true
  fi
}

inline beginExchange(d, i) {
  assert(committed[i]);
  assert(!too_late[i]);
  step[i] = exchanging; begun[d] = true;
  may_deliver[d]++;
  assert(resends(d) || may_deliver[d] <= 1);
  assert(may_deliver[d] <= 1 + cut_short[d])
}

inline finish(i, how) {
  step[i] = done; outcome[i] = how
}

#ifdef MUTANT_RELEASE_ANY
#define releasable(w, d, i) (row[d] == sending || row[d] == waiting)
#else
#define releasable(w, d, i) (row[d] == sending && owner[d] == w + 1 && attempt[d] == mine[i])
#endif

/* A worker and one delivery: from a hint or a look into PostgreSQL to the end of the exchange. */
proctype Hand(byte w, d) {
  byte i = pair(w, d);
end_hand:
  do
  :: atomic { step[i] == idle && hint[d] -> hint[d] = false; step[i] = wanted }
  :: atomic { step[i] == wanted && claimable(w, d) -> claim(w, d, i) }
  :: atomic { step[i] == wanted && !claimable(w, d) -> step[i] = idle }
#ifndef MUTANT_HINTS_ONLY
  :: atomic { step[i] == idle && claimable(w, d) -> claim(w, d, i) }
#endif
#ifdef MUTANT_SEND_FIRST
  :: atomic { step[i] == idle && row[d] == waiting -> beginExchange(d, i) }
#endif
#ifdef MUTANT_LATE_CLOCK
  :: atomic { step[i] == unsure -> step[i] = claimed; too_late[i] = false }
#else
  :: atomic { step[i] == unsure -> step[i] = claimed } /* said again and found; its deadline is that of the first time */
#endif
  :: atomic { /* what was claimed cannot be loaded and goes back */
       step[i] == claimed && faults > 0 -> faults--;
       if
       :: releasable(w, d, i) -> attempt[d]--; putBack(d)
       :: !releasable(w, d, i)
       fi;
       forget(i)
     }
#ifdef MUTANT_NO_DEADLINE
  :: atomic { step[i] == claimed -> beginExchange(d, i) }
#else
  :: atomic { step[i] == claimed && !too_late[i] -> beginExchange(d, i) }
  :: atomic { step[i] == claimed && too_late[i] -> finish(i, not_sent) }
#endif
  :: atomic { step[i] == claimed && faults > 0 -> faults--; finish(i, not_sent) }
  :: atomic { step[i] == exchanging -> finish(i, sent) }
  :: atomic { step[i] == exchanging && faults > 0 -> faults--; finish(i, maybe_sent) }
  od
}

#ifdef MUTANT_SETTLE_ANY
#define counts(d, i) (row[d] == waiting || row[d] == sending)
#else
#define counts(d, i) ((row[d] == waiting || row[d] == sending) && attempt[d] == mine[i])
#endif

inline settleOne(d, i) {
  if
  :: outcome[i] == none || !counts(d, i)
  :: outcome[i] != none && counts(d, i) ->
     assert(mine[i] == attempt[d]);
     if
     :: outcome[i] == sent -> endRow(d)
#ifdef MUTANT_RETRY_MAYBE
     :: outcome[i] == maybe_sent -> putBack(d)
#else
     :: outcome[i] == maybe_sent -> endRow(d)
#endif
     :: outcome[i] == not_sent && row[d] == sending -> putBack(d)
     :: outcome[i] == not_sent && row[d] == waiting /* the rescue came first, or this is said for the second time */
     fi
  fi
}

/* Whatever is finished goes in one commit. When its answer is lost, the same is said again. */
proctype Settle(byte w) {
end_settle:
  do
  :: atomic {
       step[pair(w, 0)] == done || step[pair(w, 1)] == done ->
       settleOne(0, pair(w, 0));
       settleOne(1, pair(w, 1));
       if
       :: faults > 0 -> faults--
       :: if :: step[pair(w, 0)] == done -> forget(pair(w, 0)) :: else fi;
          if :: step[pair(w, 1)] == done -> forget(pair(w, 1)) :: else fi
       fi
     }
  od
}

proctype Rescue(byte d) {
end_rescue:
  do
#ifdef MUTANT_NO_RESCUE
  :: false
#else
  :: atomic {
       row[d] == sending && over[d] ->
       if :: begun[d] -> cut_short[d]++ :: else fi;
#ifdef MUTANT_RESEND_HELD
       putBack(d)
#else
       if
       :: resends(d) -> putBack(d)
       :: else -> endRow(d)
       fi
#endif
     }
#endif
  od
}

#define holder(d) pair(owner[d] - 1, d)
#define held(d) (owner[d] > 0 && mine[holder(d)] == attempt[d] && step[holder(d)] != idle && step[holder(d)] != wanted)

/* A lease runs out: for certain when nobody works on it any more, else only if the holder is slow. */
proctype Time(byte d) {
end_time:
  do
  :: atomic { row[d] == sending && !over[d] && !held(d) -> over[d] = true }
  :: atomic { row[d] == sending && !over[d] && held(d) && faults > 0 -> faults--; over[d] = true; too_late[holder(d)] = true }
  od
}

/* A worker dies and comes back knowing nothing. */
proctype Crash(byte w) {
end_crash:
  do
  :: atomic { faults > 0 && (step[pair(w, 0)] != idle || step[pair(w, 1)] != idle) -> faults--; forget(pair(w, 0)); forget(pair(w, 1)) }
  od
}

/* Redis gives a hint of whatever it likes, forgets one, forgets all; for ever. */
proctype Redis() {
end_redis:
  do
  :: atomic { !hint[0] -> hint[0] = true }
  :: atomic { !hint[1] -> hint[1] = true }
  :: atomic { hint[0] -> hint[0] = false }
  :: atomic { hint[1] -> hint[1] = false }
  :: atomic { hint[0] && hint[1] -> hint[0] = false; hint[1] = false }
  od
}

/* The 202 leaves after the commit; the hint comes after it, if it comes. A host that has a slot free stores a delivery as
 * claimed by itself; the workers are alike, so that one of them does it is enough. */
inline store(d, i) {
  if
  :: row[d] = waiting
  :: step[i] == idle ->
     row[d] = sending; attempt[d] = 1; owner[d] = 1; mine[i] = 1; committed[i] = true;
     if
     :: step[i] = claimed
     :: faults > 0 -> faults--; step[i] = unsure
     fi
  fi
}

proctype Intake() {
  atomic { store(0, pair(0, 0)) };
  atomic { store(1, pair(0, 1)) }
}

init {
  atomic {
    run Intake();
    run Hand(0, 0); run Hand(0, 1); run Hand(1, 0); run Hand(1, 1);
    run Settle(0); run Settle(1);
    run Rescue(0); run Rescue(1);
    run Time(0); run Time(1);
    run Crash(0); run Crash(1);
    run Redis()
  }
}

ltl ends { <>(row[0] == ended && row[1] == ended) }
