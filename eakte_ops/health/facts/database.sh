# shellcheck shell=sh
# What the database tells the night's SELECT-only role over the local socket, in one connection.
# $1: socket folder; $2: port; $3: database; $4: role.
#   {"alive": version, "recovery": bool}
#   {"queues": [{"name", "rows", "oldest": seconds, "held": rows locked by a worker}, ...]}
#   {"hashes": [{"state", "rows"}, ...]}
#   psql STATUS
# jsonb, because json_agg breaks its output over several lines as soon as there are two rows.
# One statement that fails prints nothing and does not keep the next ones from being asked.
export LC_ALL=C PGCONNECT_TIMEOUT=4
command -v psql >/dev/null || { printf 'no-psql\n'; exit 0; }
psql -X -A -t -q -w -h "$1" -p "$2" -d "$3" -U "$4" \
  -c "select jsonb_build_object('alive', current_setting('server_version'), 'recovery', pg_is_in_recovery())" \
  -c "select jsonb_build_object('queues', (select coalesce(jsonb_agg(q), '[]') from (
        select queuename as name, count(*) as rows, count(lock_service) as held,
               greatest(0, extract(epoch from now() - min(created)))::bigint as oldest
        from oscpmqueue group by 1 order by 1 limit 200) q))" \
  -c "select jsonb_build_object('hashes', (select coalesce(jsonb_agg(h), '[]') from (
        select last_check_state as state, count(*) as rows from osdochash group by 1 order by 1 limit 50) h))"
printf 'psql %s\n' $?
