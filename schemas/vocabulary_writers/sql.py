"""schemas/postgres/vocabulary.sql: domains and the state machine's functions. Safe to run again and again."""
import hashlib
import textwrap

from .model import NOTICE


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def value_list(enum):
    if enum.sql_as_number:
        return ", ".join(str(attributes["number"]) for attributes in enum.values.values())
    return ", ".join(literal(name) for name in enum.values)


def domain_row(enum):
    base = "smallint" if enum.sql_as_number else "text"
    rule = f"VALUE IN ({value_list(enum)})"
    # The rule's hash is in the constraint's name: an unchanged rule is left alone, and no table is scanned for it.
    name = f"{enum.sql}_{hashlib.sha256(rule.encode()).hexdigest()[:12]}"
    return f"    ('{enum.sql}', '{base}', '{name}', {literal(rule)}, {literal(enum.doc)})"


DOMAINS = """
CREATE SCHEMA IF NOT EXISTS belfry;

-- One domain per enum of the vocabulary. A constraint is replaced only when its list changed (its name carries a hash of the list).
DO $vocabulary$
DECLARE
  d record;
  outdated name;
BEGIN
  FOR d IN SELECT * FROM (VALUES
{rows}
  ) AS t (domain, base, constraint_name, rule, doc)
  LOOP
    IF to_regtype(format('belfry.%I', d.domain)) IS NULL THEN
      EXECUTE format('CREATE DOMAIN belfry.%I AS %s', d.domain, d.base);
    END IF;
    CONTINUE WHEN EXISTS (SELECT FROM pg_constraint c
                           WHERE c.contypid = to_regtype(format('belfry.%I', d.domain)) AND c.conname = d.constraint_name);
    FOR outdated IN SELECT c.conname FROM pg_constraint c WHERE c.contypid = to_regtype(format('belfry.%I', d.domain))
    LOOP
      EXECUTE format('ALTER DOMAIN belfry.%I DROP CONSTRAINT %I', d.domain, outdated);
    END LOOP;
    EXECUTE format('ALTER DOMAIN belfry.%I ADD CONSTRAINT %I CHECK (%s)', d.domain, d.constraint_name, d.rule);
    EXECUTE format('COMMENT ON DOMAIN belfry.%I IS %L', d.domain, d.doc);
  END LOOP;
END
$vocabulary$;
"""


def function(name, arguments, returns, body, comment):
    signature = f"belfry.{name}({arguments})"
    return f"""
CREATE OR REPLACE FUNCTION {signature} RETURNS {returns}
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
{body}
$$;
COMMENT ON FUNCTION {signature} IS {literal(comment)};
"""


def state_functions(states):
    ranks = "\n".join(f"    WHEN {literal(name)} THEN {attributes['rank']}" for name, attributes in states.values.items())
    live = ", ".join(literal(name) for name, attributes in states.values.items() if attributes["live"])
    initial = ", ".join(literal(name) for name, attributes in states.values.items() if attributes["initial"])
    moves = "\n".join(
        f"    WHEN {literal(origin)} THEN target IN ({', '.join(literal(name) for name in targets)})"
        for origin, targets in states.transitions.items()
        if targets
    )
    return "".join(
        [
            function("state_rank", "state text", "smallint", f"  SELECT (CASE state\n{ranks}\n  END)::smallint",
                     "A notification's status is the state of its deliveries with the lowest rank."),
            function("state_is_live", "state text", "boolean", f"  SELECT state IN ({live})", "The delivery has a row in work."),
            function("state_is_initial", "state text", "boolean", f"  SELECT state IN ({initial})",
                     "Intake may create a delivery in this state."),
            function("may_transition", "origin text, target text", "boolean",
                     f"  SELECT CASE origin\n{moves}\n    ELSE false\n  END", "The state machine of a delivery."),
        ]
    )


def stored_moves(states):
    """What a row of deliveries may become. Claims are kept in work alone, so a row goes through `sending` without showing it."""
    for origin, targets in states.transitions.items():
        unseen = states.transitions["sending"] if "sending" in targets else {}
        for target in states.values:
            if target != origin and (target in targets or target in unseen):
                yield f"{origin}>{target}"


def may_become(states):
    """Not STRICT and one expression without CASE: PostgreSQL then inlines it, and an allowed change costs one hash look-up."""
    moves = textwrap.fill(", ".join(literal(move) for move in stored_moves(states)), 120, initial_indent="    ", subsequent_indent="    ")
    return f"""
CREATE OR REPLACE FUNCTION belfry.delivery_may_become(origin text, target text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT origin || '>' || target = ANY (ARRAY[
{moves}
  ])
$$;
COMMENT ON FUNCTION belfry.delivery_may_become(origin text, target text) IS {literal(
        "What a row of deliveries may become: as may_transition, and through sending, which the row does not show.")};
"""


def script(vocabulary):
    rows = ",\n".join(domain_row(enum) for enum in vocabulary.enums.values() if enum.sql)
    return f"-- {NOTICE}\n" + DOMAINS.format(rows=rows) + state_functions(vocabulary.delivery_states) + may_become(
        vocabulary.delivery_states)
