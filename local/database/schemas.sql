-- One role and one schema per service; nobody reads another's tables. Run as a superuser in the product's database, any
-- number of times. Roles are made without a password and without the right to log in: whoever runs this gives them both.
-- The one exception is `credentials`: settings-api owns it, and amocrm-writer reads tokens and stores refreshed ones.
do $$
declare
  service text;
  owned text;
begin
  foreach service in array array['settings_api', 'call_ingest', 'decision_engine', 'amocrm_writer'] loop
    owned := case service when 'settings_api' then 'settings' else service end;
    if not exists (select from pg_roles where rolname = service) then
      execute format('create role %I nologin nosuperuser nocreatedb nocreaterole', service);
    end if;
    -- Needed to make a schema on behalf of a role where the caller is no superuser (managed PostgreSQL).
    execute format('grant %I to %I', service, current_user);
    execute format('create schema if not exists %I authorization %I', owned, service);
    execute format('grant connect on database %I to %I', current_database(), service);
  end loop;
  execute format('revoke all on database %I from public', current_database());
  revoke all on schema public from public;
  create schema if not exists credentials authorization settings_api;
  grant usage on schema credentials to amocrm_writer;
  alter default privileges for role settings_api in schema credentials grant select, update on tables to amocrm_writer;
end
$$;
