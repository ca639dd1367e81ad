#!/usr/bin/python3
"""The storm's own rules: what depends on the seed, and what the reckoning calls lost, repeated or allowed."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from reckoning import Fate, Stock  # noqa: E402
from schedule import FAULTS, group, schedule  # noqa: E402


def stock(fate, ids=("<1>",), twice=0):
    fates = {"id": fate} if fate else {}
    fates.update({f"other {n}": Fate("sms", "sent", "-", 1, 0, False) for n in range(twice)})
    return Stock({"00000001": "id"}, fates, {"00000001": list(ids)})


class Schedule(unittest.TestCase):
    def test_depends_on_the_seed_alone(self):
        self.assertEqual(schedule(7, 120, 3, list(FAULTS)), schedule(7, 120, 3, list(FAULTS)))
        self.assertNotEqual(schedule(7, 120, 3, list(FAULTS)), schedule(8, 120, 3, list(FAULTS)))

    def test_every_fault_comes_and_a_longer_run_begins_like_a_short_one(self):
        long, short = schedule(7, 300, 3, list(FAULTS)), schedule(7, 20, 3, list(FAULTS))
        self.assertEqual(long[:len(short)], short)
        self.assertEqual({one.name for fault in long for one in (fault, fault.within) if one}, set(FAULTS))

    def test_two_at_once_break_different_things(self):
        pairs = [(fault, fault.within) for fault in schedule(7, 600, 3, list(FAULTS)) if fault.within]
        self.assertTrue(pairs)
        for outer, inner in pairs:
            self.assertNotEqual(group(outer.name), group(inner.name))
            self.assertNotEqual(group(outer.name), "postgres", "a host cannot come back while PostgreSQL is away")

    def test_a_short_run_has_a_fault(self):
        self.assertEqual(len(schedule(1, 0.1, 1, ["cut"])), 1)


class Reckoning(unittest.TestCase):
    def test_sent_and_taken_is_delivered(self):
        found = stock(Fate("email", "sent", "-", 1, 0, False))
        self.assertTrue(found.holds)
        self.assertEqual((found.count["delivered"], found.count["lost"]), (1, 0))

    def test_lost_is_what_is_absent_live_failed_or_only_said_to_be_sent(self):
        self.assertEqual(stock(None).count["lost"], 1)
        self.assertEqual(stock(Fate("email", "deferred", "-", 1, 0, True)).count["lost"], 1)
        self.assertEqual(stock(Fate("email", "failed", "x", 1, 0, False), ids=()).count["lost"], 1)
        self.assertEqual(stock(Fate("email", "sent", "-", 1, 0, False), ids=()).count["lost"], 1)
        self.assertFalse(stock(Fate("email", "sent", "-", 1, 0, False), ids=()).holds)

    def test_unknown_needs_a_reason(self):
        found = stock(Fate("sms", "unknown", "timeout", 1, 0, False), ids=())
        self.assertTrue(found.holds)
        self.assertEqual(found.unknown, {"sms timeout": 1})
        self.assertEqual(stock(Fate("sms", "unknown", "-", 1, 0, False), ids=()).count["lost"], 1)

    def test_a_mail_may_be_repeated_once_for_each_lost_lease(self):
        self.assertTrue(stock(Fate("email", "sent", "-", 2, 1, False), ids=("<1>", "<1>")).holds)
        self.assertFalse(stock(Fate("email", "sent", "-", 2, 0, False), ids=("<1>", "<1>")).holds)
        self.assertFalse(stock(Fate("email", "sent", "-", 3, 1, False), ids=("<1>", "<1>", "<1>")).holds)

    def test_copies_carry_one_id(self):
        self.assertFalse(stock(Fate("email", "sent", "-", 2, 1, False), ids=("<1>", "<2>")).holds)

    def test_a_text_message_is_never_repeated(self):
        self.assertFalse(stock(Fate("sms", "sent", "-", 2, 1, False), ids=("-", "-")).holds)
        self.assertFalse(stock(Fate("sms", "unknown", "timeout", 2, 1, False), ids=("-", "-")).holds)

    def test_a_webhook_is_repeated_at_most_once_an_attempt(self):
        self.assertTrue(stock(Fate("webhook", "delivered", "-", 2, 0, False), ids=("a", "a")).holds)
        self.assertFalse(stock(Fate("webhook", "delivered", "-", 1, 0, False), ids=("a", "a")).holds)

    def test_taken_twice_and_copies_of_nothing_are_found(self):
        self.assertFalse(stock(Fate("email", "sent", "-", 1, 0, False), twice=1).holds)
        found = Stock({}, {}, {"00000009": ["<1>"]})
        self.assertFalse(found.holds)


if __name__ == "__main__":
    unittest.main()
