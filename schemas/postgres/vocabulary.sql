-- Generated from schemas/vocabulary.yaml by schemas/generate_vocabulary.py. Do not edit.

CREATE SCHEMA IF NOT EXISTS belfry;

-- One domain per enum of the vocabulary. A constraint is replaced only when its list changed (its name carries a hash of the list).
DO $vocabulary$
DECLARE
  d record;
  outdated name;
BEGIN
  FOR d IN SELECT * FROM (VALUES
    ('channel', 'text', 'channel_9c43ccfb70e7', 'VALUE IN (''email'', ''sms'', ''push'', ''whatsapp'', ''inapp'', ''slack'', ''webhook'')', 'A way to reach somebody. A channel plugin serves exactly one.'),
    ('priority', 'smallint', 'priority_06ca4ddfee89', 'VALUE IN (0, 1, 2, 3)', 'How urgent a notification is. The number is stored and sorted; the word is spoken.'),
    ('delivery_state', 'text', 'delivery_state_e5c8d6456380', 'VALUE IN (''pending'', ''scheduled'', ''queued'', ''sending'', ''sent'', ''delivered'', ''deferred'', ''failed'', ''bounced'', ''suppressed'', ''skipped'', ''cancelled'', ''expired'', ''deduplicated'', ''unknown'')', 'Where one delivery stands. A notification''s status is the state with the lowest rank among its deliveries. Live states have a row in `work`; final ones have none, and only a provider''s receipt or an operator moves a delivery on from them.'),
    ('engagement', 'text', 'engagement_057b2bcea4c3', 'VALUE IN (''opened'', ''clicked'', ''read'', ''complained'')', 'What the recipient did. A time stamp beside the state, never a state.'),
    ('outcome', 'text', 'outcome_1427b5fcda16', 'VALUE IN (''accepted'', ''delivered'', ''rejected_recipient'', ''rejected_request'', ''credential'', ''throttled'', ''retry'', ''unknown'')', 'What a channel plugin reports for one recipient. The numbers are those of the plugin ABI; 0 is never a valid outcome.'),
    ('plugin_kind', 'text', 'plugin_kind_6e9a4f8fec17', 'VALUE IN (''channel'', ''template'', ''auth'')', 'What a plugin is for.'),
    ('event_type', 'text', 'event_type_8905f2541c81', 'VALUE IN (''accepted'', ''scheduled'', ''queued'', ''sending'', ''sent'', ''delivered'', ''deferred'', ''retry'', ''lease_expired'', ''failed'', ''bounced'', ''suppressed'', ''skipped'', ''cancelled'', ''expired'', ''deduplicated'', ''unknown'', ''provider_deferred'', ''merged'', ''replayed'', ''priority_changed'', ''looked_up'', ''receipt_ignored'', ''decision'', ''opened'', ''clicked'', ''read'', ''complained'', ''unsubscribed'', ''suppress'')', 'One line of a delivery''s timeline. `state` is what the delivery becomes by it; without one the state stays.'),
    ('callback_state', 'text', 'callback_state_698beca1c152', 'VALUE IN (''received'', ''processed'', ''refused'', ''parked'', ''failed'')', 'Where a provider''s callback stands.'),
    ('role', 'text', 'role_233f0d3a83fe', 'VALUE IN (''platform-admin'', ''notification-admin'', ''notification-manager'', ''notification-service'', ''notification-viewer'', ''notification-user'')', 'What a caller is. Each role grants the scopes listed; see `scopes`.'),
    ('scope', 'text', 'scope_82a0c26e0877', 'VALUE IN (''notifications:send'', ''notifications:read'', ''notifications:manage'', ''templates:read'', ''templates:write'', ''providers:read'', ''providers:write'', ''plugins:read'', ''plugins:write'', ''keys:read'', ''keys:write'', ''tenants:read'', ''tenants:write'', ''queues:read'', ''queues:write'', ''feed:read'', ''feed:write'', ''audit:read'', ''callbacks:read'', ''callbacks:write'', ''inbox:read'', ''inbox:write'', ''subscribers:token'')', 'What a credential may do. A caller''s scopes are those of its roles, narrowed by those of its credential if that names any.'),
    ('platform', 'text', 'platform_f602019e4d28', 'VALUE IN (''ios'', ''android'', ''web'')', 'What kind of device a push token belongs to.'),
    ('user_type', 'text', 'user_type_b152b0121d74', 'VALUE IN (''customer'', ''merchant'', ''driver'', ''employee'', ''agent'', ''admin'', ''service'', ''user'')', 'Who the recipient is to the tenant.'),
    ('template_type', 'text', 'template_type_5d03ecae6762', 'VALUE IN (''transactional'', ''security'', ''system'', ''marketing'', ''digest'')', 'Why a template is sent. Decides whether consent is needed.'),
    ('template_version_state', 'text', 'template_version_state_0cf8bd337e1f', 'VALUE IN (''draft'', ''published'')', 'A draft may be edited; a published version never changes.'),
    ('batch_state', 'text', 'batch_state_2e1bbe952e38', 'VALUE IN (''open'', ''closed'', ''completed'', ''cancelled'')', 'Where a batch stands.'),
    ('tenant_state', 'text', 'tenant_state_5214d1fdc264', 'VALUE IN (''active'', ''suspended'')', 'Whether a tenant may send.'),
    ('strategy', 'text', 'strategy_27199b378c9b', 'VALUE IN (''all'', ''fallback'', ''best'')', 'How several channels are used.'),
    ('dedup_strategy', 'text', 'dedup_strategy_84c3e2ec692a', 'VALUE IN (''drop'', ''merge'', ''replace'')', 'What happens to a double.'),
    ('misfire_policy', 'text', 'misfire_policy_102618ea1f37', 'VALUE IN (''send'', ''skip'', ''defer'')', 'What happens to what could not leave at its time because no host was there to send it.'),
    ('schedule_state', 'text', 'schedule_state_70dc6d1f3427', 'VALUE IN (''active'', ''paused'', ''ended'')', 'Where a recurring schedule stands.'),
    ('queue_action', 'text', 'queue_action_612ed69b3f4a', 'VALUE IN (''retry_failed'', ''delete_waiting'', ''change_priority'', ''replay_dead_letters'', ''purge_dead_letters'')', 'What an operator does to many deliveries at once.'),
    ('dead_letter_state', 'text', 'dead_letter_state_3219d67f5a06', 'VALUE IN (''dead'', ''replayed'', ''settled'')', 'Where a dead letter stands. A delivery that is replayed and fails once more leaves another dead letter.'),
    ('queue_operation_state', 'text', 'queue_operation_state_a287fd8ddaf1', 'VALUE IN (''running'', ''done'', ''failed'')', 'Where a queue action stands.'),
    ('feed_sink', 'text', 'feed_sink_17f81f030a35', 'VALUE IN (''statistics'')', 'Who follows the feed with a position of its own.')
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

CREATE OR REPLACE FUNCTION belfry.state_rank(state text) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (CASE state
    WHEN 'pending' THEN 50
    WHEN 'scheduled' THEN 40
    WHEN 'queued' THEN 20
    WHEN 'sending' THEN 10
    WHEN 'sent' THEN 70
    WHEN 'delivered' THEN 60
    WHEN 'deferred' THEN 30
    WHEN 'failed' THEN 100
    WHEN 'bounced' THEN 90
    WHEN 'suppressed' THEN 110
    WHEN 'skipped' THEN 120
    WHEN 'cancelled' THEN 140
    WHEN 'expired' THEN 130
    WHEN 'deduplicated' THEN 150
    WHEN 'unknown' THEN 80
  END)::smallint
$$;
COMMENT ON FUNCTION belfry.state_rank(state text) IS 'A notification''s status is the state of its deliveries with the lowest rank.';

CREATE OR REPLACE FUNCTION belfry.state_is_live(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT state IN ('pending', 'scheduled', 'queued', 'sending', 'deferred')
$$;
COMMENT ON FUNCTION belfry.state_is_live(state text) IS 'The delivery has a row in work.';

CREATE OR REPLACE FUNCTION belfry.state_is_initial(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT state IN ('pending', 'scheduled', 'queued', 'failed', 'suppressed', 'skipped', 'expired', 'deduplicated')
$$;
COMMENT ON FUNCTION belfry.state_is_initial(state text) IS 'Intake may create a delivery in this state.';

CREATE OR REPLACE FUNCTION belfry.may_transition(origin text, target text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE origin
    WHEN 'pending' THEN target IN ('scheduled', 'queued', 'deferred', 'sending', 'failed', 'suppressed', 'skipped', 'cancelled', 'expired', 'deduplicated')
    WHEN 'scheduled' THEN target IN ('queued', 'sending', 'deferred', 'failed', 'suppressed', 'skipped', 'cancelled', 'expired', 'deduplicated')
    WHEN 'queued' THEN target IN ('scheduled', 'sending', 'deferred', 'delivered', 'bounced', 'failed', 'suppressed', 'skipped', 'cancelled', 'expired', 'deduplicated')
    WHEN 'sending' THEN target IN ('queued', 'sent', 'delivered', 'deferred', 'failed', 'bounced', 'suppressed', 'skipped', 'expired', 'unknown')
    WHEN 'deferred' THEN target IN ('scheduled', 'queued', 'sending', 'delivered', 'bounced', 'failed', 'suppressed', 'skipped', 'cancelled', 'expired', 'deduplicated')
    WHEN 'sent' THEN target IN ('delivered', 'bounced', 'failed')
    WHEN 'delivered' THEN target IN ('bounced')
    WHEN 'unknown' THEN target IN ('queued', 'sent', 'delivered', 'bounced', 'failed')
    WHEN 'failed' THEN target IN ('queued', 'delivered', 'bounced')
    ELSE false
  END
$$;
COMMENT ON FUNCTION belfry.may_transition(origin text, target text) IS 'The state machine of a delivery.';

CREATE OR REPLACE FUNCTION belfry.delivery_may_become(origin text, target text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT origin || '>' || target = ANY (ARRAY[
    'pending>scheduled', 'pending>queued', 'pending>sending', 'pending>sent', 'pending>delivered', 'pending>deferred',
    'pending>failed', 'pending>bounced', 'pending>suppressed', 'pending>skipped', 'pending>cancelled',
    'pending>expired', 'pending>deduplicated', 'pending>unknown', 'scheduled>queued', 'scheduled>sending',
    'scheduled>sent', 'scheduled>delivered', 'scheduled>deferred', 'scheduled>failed', 'scheduled>bounced',
    'scheduled>suppressed', 'scheduled>skipped', 'scheduled>cancelled', 'scheduled>expired', 'scheduled>deduplicated',
    'scheduled>unknown', 'queued>scheduled', 'queued>sending', 'queued>sent', 'queued>delivered', 'queued>deferred',
    'queued>failed', 'queued>bounced', 'queued>suppressed', 'queued>skipped', 'queued>cancelled', 'queued>expired',
    'queued>deduplicated', 'queued>unknown', 'sending>queued', 'sending>sent', 'sending>delivered', 'sending>deferred',
    'sending>failed', 'sending>bounced', 'sending>suppressed', 'sending>skipped', 'sending>expired', 'sending>unknown',
    'deferred>scheduled', 'deferred>queued', 'deferred>sending', 'deferred>sent', 'deferred>delivered',
    'deferred>failed', 'deferred>bounced', 'deferred>suppressed', 'deferred>skipped', 'deferred>cancelled',
    'deferred>expired', 'deferred>deduplicated', 'deferred>unknown', 'sent>delivered', 'sent>failed', 'sent>bounced',
    'delivered>bounced', 'unknown>queued', 'unknown>sent', 'unknown>delivered', 'unknown>failed', 'unknown>bounced',
    'failed>queued', 'failed>delivered', 'failed>bounced'
  ])
$$;
COMMENT ON FUNCTION belfry.delivery_may_become(origin text, target text) IS 'What a row of deliveries may become: as may_transition, and through sending, which the row does not show.';
