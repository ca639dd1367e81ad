-- What belongs to a tenant's users: their inbox, their devices, and the keys that sign their tokens.
-- A user is a keyed hash everywhere, as notifications.user_hash; what says more is sealed.

-- The channel `inapp`. An item is written by the settlement of its delivery, under the delivery's id: a settlement that is
-- repeated adds nothing. A removed item keeps its row, so that it cannot come back, and loses its content.
CREATE TABLE belfry.inbox_items (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  notification_id uuid NOT NULL,
  user_hash       bytea NOT NULL CHECK (length(user_hash) = 32),
  category_hash   bytea CHECK (length(category_hash) = 32),
  content         bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  read_at         timestamptz,
  first_read_at   timestamptz,
  deleted_at      timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK (read_at IS NULL OR first_read_at IS NOT NULL),
  CHECK ((deleted_at IS NOT NULL) = (length(content) = 0))
);
COMMENT ON COLUMN belfry.inbox_items.id IS 'the id of the delivery that brought it';
COMMENT ON COLUMN belfry.inbox_items.content IS 'sealed JSON: title, body, category, actionUrl, icon, data; empty once removed';
COMMENT ON COLUMN belfry.inbox_items.category_hash IS 'keyed hash of the category, for the filter';
COMMENT ON COLUMN belfry.inbox_items.first_read_at IS 'when its one event `read` was written; stays when the item becomes unread again';
CREATE INDEX inbox_items_by_user ON belfry.inbox_items (tenant_id, user_hash, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX inbox_items_unread ON belfry.inbox_items (tenant_id, user_hash, id) WHERE deleted_at IS NULL AND read_at IS NULL;
CALL belfry.protect('belfry.inbox_items', '{SELECT,UPDATE}', '{SELECT,INSERT,UPDATE}');

-- Where push messages go. One row per token of a tenant: whoever registers it last owns it.
CREATE TABLE belfry.device_tokens (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  user_hash    bytea NOT NULL CHECK (length(user_hash) = 32),
  token_hash   bytea NOT NULL CHECK (length(token_hash) = 32),
  content      bytea NOT NULL,
  platform     belfry.platform NOT NULL,
  topics       text[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  refreshed_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  disabled_at  timestamptz,
  reason       text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  CHECK ((disabled_at IS NULL) = (reason IS NULL))
);
COMMENT ON COLUMN belfry.device_tokens.content IS 'sealed JSON: token, userId, name';
COMMENT ON COLUMN belfry.device_tokens.reason IS 'why nothing is sent to it any more, e.g. the provider''s code for a dead token';
CREATE INDEX device_tokens_by_user ON belfry.device_tokens (tenant_id, user_hash);
CALL belfry.protect('belfry.device_tokens', '{SELECT,INSERT,UPDATE,DELETE}', '{SELECT,UPDATE}');

-- Which of the recipient's addresses on its channel a delivery goes to: a recipient with several devices has one each.
ALTER TABLE belfry.deliveries ADD COLUMN address smallint NOT NULL DEFAULT 0 CHECK (address >= 0);
ALTER TABLE belfry.work ADD COLUMN address smallint NOT NULL DEFAULT 0 CHECK (address >= 0);

-- The HS256 secrets of subscriber tokens. Tokens are signed with the newest live key; every live one is accepted, so that keys
-- rotate with overlap.
CREATE TABLE belfry.subscriber_keys (
  tenant_id  uuid NOT NULL REFERENCES belfry.tenants (id),
  id         uuid NOT NULL,
  secret     bytea NOT NULL,
  source     text NOT NULL CHECK (source IN ('file', 'api')),
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((retired_at IS NOT NULL) = (length(secret) = 0))
);
COMMENT ON COLUMN belfry.subscriber_keys.secret IS 'sealed, 32 bytes or more; empty once retired';
CALL belfry.protect('belfry.subscriber_keys', '{SELECT,INSERT,UPDATE}', '{SELECT,INSERT,UPDATE}');
CREATE TRIGGER announce AFTER INSERT OR UPDATE ON belfry.subscriber_keys FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
