# shellcheck shell=sh
# What the database tells the night's SELECT-only role over the local socket, in one connection.
# $1: socket folder; $2: port; $3: database; $4: role.
#   {"alive": version, "recovery": bool}
#   {"queues": [{"name", "rows", "oldest": seconds, "held": rows locked by a worker, "locked": seconds, "holder"}, ...]}
#   {"hashes": [{"state", "rows"}, ...]}
#   {"sessions": connections that are open, "most": connections that ordinary roles may have}
#   {"size": bytes}
#   {"fulltext": {"rows", "oldest": seconds}}          what the full text has not taken in (osftslog counts minutes)
#   {"leftover": [names of tmp_* indexes]}
#   {"newest": the highest number that was ever given to a document}
#   {"open": transactions, "longest": seconds}         by a function that gives these two numbers and nothing else
#   psql STATUS
# jsonb, because json_agg breaks its output over several lines as soon as there are two rows.
# One statement that fails prints nothing and does not keep the next ones from being asked.
export LC_ALL=C PGCONNECT_TIMEOUT=4
command -v psql >/dev/null || { printf 'no-psql\n'; exit 0; }
psql -X -A -t -q -w -h "$1" -p "$2" -d "$3" -U "$4" \
  -c "select jsonb_build_object('alive', current_setting('server_version'), 'recovery', pg_is_in_recovery())" \
  -c "select jsonb_build_object('queues', (select coalesce(jsonb_agg(q), '[]') from (
        select queuename as name, count(*) as rows, count(lock_service) as held,
               greatest(0, extract(epoch from now() - min(created)))::bigint as oldest,
               coalesce(greatest(0, extract(epoch from now() - min(created) filter (where lock_service is not null))),
                        0)::bigint as locked,
               left(coalesce((array_agg(lock_service order by created) filter (where lock_service is not null))[1],
                             ''), 60) as holder
        from oscpmqueue group by 1 order by 1 limit 200) q))" \
  -c "select jsonb_build_object('hashes', (select coalesce(jsonb_agg(h), '[]') from (
        select last_check_state as state, count(*) as rows from osdochash group by 1 order by 1 limit 50) h))" \
  -c "select jsonb_build_object('sessions', (select coalesce(sum(numbackends), 0) from pg_stat_database),
        'most', current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int)" \
  -c "select jsonb_build_object('size', pg_database_size(current_database()))" \
  -c "select jsonb_build_object('fulltext', (select jsonb_build_object('rows', count(*), 'oldest',
        coalesce(greatest(0, extract(epoch from now())::bigint - 60 * min(date1)::bigint), 0))
        from osftslog where flag2 = 0 or flag2 >= 500 or date2 is null or date2 < date1))" \
  -c "select jsonb_build_object('leftover', (select coalesce(jsonb_agg(relname), '[]') from (
        select relname from pg_class where relkind in ('i', 'I') and relname ~ '^tmp_' order by 1 limit 50) t))" \
  -c "select jsonb_build_object('newest', greatest((select coalesce(max(object_id), 0) from osobject),
        (select case when is_called then last_value else 0 end from osobject_object_id_seq)))" \
  -c "select jsonb_build_object('open', transactions, 'longest', longest) from eakte_look_transactions()"
printf 'psql %s\n' $?
