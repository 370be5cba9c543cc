#!/bin/sh
# Run once by the postgres image on an empty data directory: schemas, and the roles' passwords from the environment.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file /schemas.sql
# By variables of psql, which quotes them; a password in the SQL text could end the statement.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v settings_api="$SETTINGS_API_DATABASE_PASSWORD" \
  -v call_ingest="$CALL_INGEST_DATABASE_PASSWORD" \
  -v decision_engine="$DECISION_ENGINE_DATABASE_PASSWORD" \
  -v amocrm_writer="$AMOCRM_WRITER_DATABASE_PASSWORD" <<'SQL'
alter role settings_api login password :'settings_api';
alter role call_ingest login password :'call_ingest';
alter role decision_engine login password :'decision_engine';
alter role amocrm_writer login password :'amocrm_writer';
SQL
