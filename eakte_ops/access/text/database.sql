-- Database of the e-file software, operated by local IT. Run once as superuser of your PostgreSQL cluster:
--     psql -X -f DATENBANK-@TOWN@.sql
-- It may be repeated. It makes three roles, one database, one function, and gives nobody a superuser or another database.

SELECT 'CREATE ROLE eakte LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eakte') \gexec
-- Then set its password yourself and hand it over by telephone, never by mail:  \password eakte

-- The night account: reads what the software's owner grants it, table by table, and writes nothing.
SELECT 'CREATE ROLE eakte_look LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eakte_look') \gexec
ALTER ROLE eakte_look SET default_transaction_read_only = on;
ALTER ROLE eakte_look SET statement_timeout = '5s';
ALTER ROLE eakte_look SET temp_file_limit = '64MB';

-- Whose name the function below has: it sees the statistics of all sessions, and can not log in.
SELECT 'CREATE ROLE eakte_statistics NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eakte_statistics') \gexec
GRANT pg_read_all_stats TO eakte_statistics;

SELECT 'CREATE DATABASE eakte OWNER eakte ENCODING ''UTF8'' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'eakte') \gexec
REVOKE ALL ON DATABASE eakte FROM PUBLIC;
GRANT CONNECT ON DATABASE eakte TO eakte_look;

-- What everybody may do in a database by default fills a disk, too: temporary tables (above), tables in the schema public
-- (PostgreSQL 14 and older), large objects. Only the software's owner keeps it.
\connect eakte
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO eakte;
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) TO eakte;

-- What the night account may know of other sessions: how many transactions are open and since how long the oldest is.
-- Two numbers: no name, no address, no text of a query. A transaction that nobody ends stops the cleaning up of the database.
-- The schema is the software's owner's: whatever it has put there under this name goes, and it can change nothing of ours
-- between one line and the next.
BEGIN;
DROP FUNCTION IF EXISTS public.eakte_look_transactions();
CREATE FUNCTION public.eakte_look_transactions(OUT transactions bigint, OUT longest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), coalesce(max(greatest(0, extract(epoch FROM clock_timestamp() - xact_start))), 0)::bigint
      FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
$$;
ALTER FUNCTION public.eakte_look_transactions() OWNER TO eakte_statistics;
REVOKE ALL ON FUNCTION public.eakte_look_transactions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.eakte_look_transactions() TO eakte_look;
COMMIT;

-- In pg_hba.conf, above other lines (the night account, and people at work who look as it does, come over the socket only,
-- without a password):
--     local  eakte  eakte_look  peer map=eakte
-- In pg_ident.conf:
--     eakte  eakte-look  eakte_look
--     eakte  eakte-ops   eakte_look
-- Then: SELECT pg_reload_conf();
