-- Who may do what. Three roles: the owner (whoever migrates), belfry_app (one tenant at a time) and belfry_system (the loops that
-- cross tenants). Neither of the last two is a superuser, an owner or has BYPASSRLS, so every statement meets a policy.

CREATE FUNCTION belfry.current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('belfry.tenant', true), '')::uuid $$;

-- Puts a tenant table under row-level security, FORCE included, with one policy and one grant per role and verb.
-- A verb that is not named is not granted: what is absent here is refused twice.
CREATE PROCEDURE belfry.protect(target regclass, app_verbs text[], system_verbs text[], tenant_column text DEFAULT 'tenant_id')
LANGUAGE plpgsql
AS $$
DECLARE
  verb text;
  own text := format('%I = belfry.current_tenant()', tenant_column);
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  FOREACH verb IN ARRAY app_verbs LOOP
    EXECUTE format('GRANT %s ON %s TO belfry_app', verb, target);
    EXECUTE format('CREATE POLICY app_%s ON %s FOR %s TO belfry_app %s', lower(verb), target, verb,
                   CASE verb WHEN 'INSERT' THEN format('WITH CHECK (%s)', own)
                             WHEN 'UPDATE' THEN format('USING (%s) WITH CHECK (%s)', own, own)
                             ELSE format('USING (%s)', own) END);
  END LOOP;
  FOREACH verb IN ARRAY system_verbs LOOP
    EXECUTE format('GRANT %s ON %s TO belfry_system', verb, target);
    EXECUTE format('CREATE POLICY system_%s ON %s FOR %s TO belfry_system %s', lower(verb), target, verb,
                   CASE verb WHEN 'INSERT' THEN 'WITH CHECK (true)'
                             WHEN 'UPDATE' THEN 'USING (true) WITH CHECK (true)'
                             ELSE 'USING (true)' END);
  END LOOP;
END $$;

REVOKE ALL ON SCHEMA belfry FROM PUBLIC;
GRANT USAGE ON SCHEMA belfry TO belfry_app, belfry_system;
REVOKE EXECUTE ON PROCEDURE belfry.protect FROM PUBLIC;

CREATE TABLE belfry.tenants (
  id          uuid PRIMARY KEY,
  slug        text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  state       belfry.tenant_state NOT NULL DEFAULT 'active',
  auth        text[] NOT NULL DEFAULT '{apikey}',
  source      text NOT NULL CHECK (source IN ('file', 'api')),
  wrapped_key bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN belfry.tenants.wrapped_key IS 'the tenant''s 256-bit key, sealed by the master key; row keys derive from it';
CALL belfry.protect('belfry.tenants', '{SELECT}', '{SELECT,INSERT,UPDATE}', 'id');

CREATE TABLE belfry.api_keys (
  tenant_id    uuid NOT NULL REFERENCES belfry.tenants (id),
  id           uuid NOT NULL,
  public_id    text NOT NULL UNIQUE CHECK (public_id ~ '^[0-9a-z]{16}$'),
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  hash         bytea NOT NULL CHECK (length(hash) = 32),
  roles        text[] NOT NULL,
  scopes       text[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CALL belfry.protect('belfry.api_keys', '{SELECT,INSERT,UPDATE}', '{SELECT,INSERT,UPDATE}');

CREATE TABLE belfry.provider_instances (
  tenant_id   uuid NOT NULL REFERENCES belfry.tenants (id),
  id          uuid NOT NULL,
  slug        text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  plugin      text NOT NULL,
  channel     belfry.channel NOT NULL,
  priority    integer NOT NULL DEFAULT 1 CHECK (priority BETWEEN 1 AND 1000),
  weight      integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0 AND 1000),
  enabled     boolean NOT NULL DEFAULT true,
  simulate    boolean NOT NULL DEFAULT false,
  config      jsonb NOT NULL DEFAULT '{}',
  secrets     bytea,
  callback_id text NOT NULL UNIQUE,
  source      text NOT NULL CHECK (source IN ('file', 'api')),
  problem     text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug)
);
COMMENT ON COLUMN belfry.provider_instances.secrets IS 'sealed JSON object: secret name to value';
COMMENT ON COLUMN belfry.provider_instances.problem IS 'why the instance cannot send, e.g. a secret that is not there; NULL when it can';
CALL belfry.protect('belfry.provider_instances', '{SELECT}', '{SELECT,INSERT,UPDATE,DELETE}');

CREATE TABLE belfry.templates (
  tenant_id        uuid NOT NULL REFERENCES belfry.tenants (id),
  id               uuid NOT NULL,
  key              text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9._-]{0,126}$'),
  engine           text NOT NULL,
  description      text NOT NULL DEFAULT '',
  default_language text NOT NULL,
  source           text NOT NULL CHECK (source IN ('file', 'api')),
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key)
);
CALL belfry.protect('belfry.templates', '{SELECT,INSERT,UPDATE}', '{SELECT,INSERT,UPDATE}');

CREATE TABLE belfry.template_versions (
  tenant_id    uuid NOT NULL,
  template_id  uuid NOT NULL,
  version      integer NOT NULL CHECK (version >= 1),
  language     text NOT NULL,
  state        belfry.template_version_state NOT NULL,
  content      jsonb NOT NULL,
  required     text[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  PRIMARY KEY (tenant_id, template_id, version, language),
  FOREIGN KEY (tenant_id, template_id) REFERENCES belfry.templates (tenant_id, id),
  CHECK ((state = 'published') = (published_at IS NOT NULL))
);
COMMENT ON COLUMN belfry.template_versions.content IS 'channel to field to template text: {"email": {"subject": "…"}}';
CALL belfry.protect('belfry.template_versions', '{SELECT,INSERT,UPDATE}', '{SELECT,INSERT,UPDATE}');

-- Every host keeps the catalogue in memory; a change tells them all to look again.
CREATE FUNCTION belfry.announce_catalogue() RETURNS trigger
LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_notify('belfry_catalogue', TG_TABLE_NAME); RETURN NULL; END $$;

CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON belfry.tenants FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF revoked_at, expires_at ON belfry.api_keys FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON belfry.provider_instances FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
CREATE TRIGGER announce AFTER INSERT OR UPDATE ON belfry.templates FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
CREATE TRIGGER announce AFTER INSERT OR UPDATE ON belfry.template_versions FOR EACH STATEMENT EXECUTE FUNCTION belfry.announce_catalogue();
