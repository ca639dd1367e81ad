"""The database floor: the least PostgreSQL work for the same notifications.

One session, transactions of 1000: insert by jsonb_to_recordset into one table with one index, then change each row's
state and insert one event. No row-level security, no encryption, no partitions, no queue, no idempotency keys.
"""
import json
import uuid

import processes

GROUP = 1000

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS floor;
DROP TABLE IF EXISTS floor.notifications, floor.events;
CREATE TABLE floor.notifications (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, channel text NOT NULL, priority smallint NOT NULL,
  recipient text NOT NULL, request jsonb NOT NULL, state text NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz);
CREATE TABLE floor.events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, notification_id uuid NOT NULL, type text NOT NULL,
  at timestamptz NOT NULL, provider_message_id text);
CHECKPOINT;
"""

INSERT = """INSERT INTO floor.notifications (id, tenant_id, channel, priority, recipient, request, state, created_at)
SELECT id, tenant_id, channel, priority, recipient, request, 'queued', now()
  FROM jsonb_to_recordset($rows${rows}$rows$) AS t (id uuid, tenant_id uuid, channel text, priority smallint, recipient text, request jsonb);
"""

FINISH = """BEGIN;
UPDATE floor.notifications SET state = 'sent', updated_at = now() WHERE id = ANY ('{{{ids}}}'::uuid[]);
INSERT INTO floor.events (notification_id, type, at, provider_message_id)
SELECT id, 'sent', now(), '<' || id || '@example.test>' FROM unnest('{{{ids}}}'::uuid[]) AS t (id);
COMMIT;
"""


def time_ordered_id(number):
    """A UUIDv7 by its shape: the number stands for the millisecond."""
    return uuid.UUID(int=((1_760_000_000_000 + number // 10) << 80) | (7 << 76) | (number << 64 & 0xFFF << 64) | (2 << 62) | (uuid.uuid4().int & (1 << 62) - 1))


def script(count, request_of):
    """SQL that inserts and finishes `count` notifications; request_of(n) is the n-th request's body."""
    tenant = str(uuid.uuid4())
    ids = [str(time_ordered_id(n)) for n in range(count)]
    parts = []
    for first in range(0, count, GROUP):
        rows = []
        for n in range(first, min(first + GROUP, count)):
            request = request_of(n)
            rows.append({"id": ids[n], "tenant_id": tenant, "channel": "email", "priority": 3,
                         "recipient": request["recipient"]["email"], "request": request})
        parts.append(INSERT.replace("{rows}", json.dumps(rows, ensure_ascii=False)))
    for first in range(0, count, GROUP):
        parts.append(FINISH.format(ids=",".join(ids[first:first + GROUP])))
    return "".join(parts)


def measure(sql, count, request_of):
    """Seconds of the server for `count` notifications by its clock, and CPU seconds of the one backend that did it."""
    sql.rows(SCHEMA)
    text = script(count, request_of)
    backend = int(sql.value("SELECT pg_backend_pid()"))
    cpu = processes.own_cpu(backend)
    begun = float(sql.value("SELECT extract(epoch FROM clock_timestamp())"))
    sql.rows(text)
    ended = float(sql.value("SELECT extract(epoch FROM clock_timestamp())"))
    cpu = processes.own_cpu(backend) - cpu
    done = int(sql.value("SELECT count(*) FROM floor.events"))
    sql.rows("DROP SCHEMA floor CASCADE; CHECKPOINT")
    if done != count:
        raise RuntimeError(f"the floor finished {done} of {count}")
    return ended - begun, cpu
