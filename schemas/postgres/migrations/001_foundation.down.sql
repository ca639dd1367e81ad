DROP TABLE belfry.template_versions, belfry.templates, belfry.provider_instances, belfry.api_keys, belfry.tenants;
DROP FUNCTION belfry.announce_catalogue;
DROP PROCEDURE belfry.protect;
DROP FUNCTION belfry.current_tenant;
REVOKE USAGE ON SCHEMA belfry FROM belfry_app, belfry_system;
