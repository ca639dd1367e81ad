-- Batches and their chunks. A chunk's row, its notifications and its answer are written in one transaction, so that a chunk that is
-- sent again finds all of it or nothing. Statistics follow from the deliveries; `completed` is derived and never stored.

CREATE TABLE belfry.batches (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  token_hash      bytea NOT NULL CHECK (length(token_hash) = 32),
  state           belfry.batch_state NOT NULL CHECK (state <> 'completed'),
  total_expected  bigint CHECK (total_expected >= 1),
  total_processed bigint NOT NULL CHECK (total_processed >= 0),
  total_rejected  bigint NOT NULL CHECK (total_rejected >= 0),
  created_by      text NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (total_processed <= total_expected),
  CHECK (total_rejected <= total_processed)
);
COMMENT ON COLUMN belfry.batches.token_hash IS 'SHA-256 of the random token that chunks show; the token itself is not kept here';
COMMENT ON COLUMN belfry.batches.total_processed IS 'items of its chunks, the rejected ones too';
CALL belfry.protect('belfry.batches', '{SELECT}', '{SELECT,INSERT,UPDATE}');

CREATE TABLE belfry.batch_chunks (
  tenant_id       uuid NOT NULL,
  batch_id        uuid NOT NULL,
  chunk_index     integer NOT NULL CHECK (chunk_index >= 0),
  id              uuid NOT NULL,
  content_hash    bytea NOT NULL CHECK (length(content_hash) = 32),
  items           integer NOT NULL CHECK (items >= 1),
  rejected        integer NOT NULL CHECK (rejected BETWEEN 0 AND items),
  total_processed bigint NOT NULL CHECK (total_processed >= items),
  response        bytea,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, batch_id, chunk_index)
);
COMMENT ON COLUMN belfry.batch_chunks.total_processed IS 'of the batch, with this chunk in it';
COMMENT ON COLUMN belfry.batch_chunks.response IS 'sealed JSON answer to replay; NULL for the chunk that created the batch: its answer holds the token';
CALL belfry.protect('belfry.batch_chunks', '{}', '{SELECT,INSERT}');
