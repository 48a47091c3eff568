-- Database of the e-file software, operated by local IT. Run once as superuser of your PostgreSQL cluster:
--     psql -X -f DATENBANK-@TOWN@.sql
-- It may be repeated. It makes two roles and one database, and gives nobody a superuser or another database.

SELECT 'CREATE ROLE eakte LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eakte') \gexec
-- Then set its password yourself and hand it over by telephone, never by mail:  \password eakte

-- The night account: reads what the software's owner grants it, table by table, and writes nothing.
SELECT 'CREATE ROLE eakte_look LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eakte_look') \gexec
ALTER ROLE eakte_look SET default_transaction_read_only = on;
ALTER ROLE eakte_look SET statement_timeout = '5s';

SELECT 'CREATE DATABASE eakte OWNER eakte ENCODING ''UTF8'' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'eakte') \gexec
REVOKE CONNECT ON DATABASE eakte FROM PUBLIC;
GRANT CONNECT ON DATABASE eakte TO eakte_look;

-- In pg_hba.conf, above other lines (the night account comes over the socket only, without a password):
--     local  eakte  eakte_look  peer map=eakte
-- In pg_ident.conf:
--     eakte  eakte-look  eakte_look
-- Then: SELECT pg_reload_conf();
