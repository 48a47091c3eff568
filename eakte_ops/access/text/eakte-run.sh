#!/bin/sh
# eakte-run: what eakte-job.service runs, as the account eakte. It carries out THE job that eakte-claim claimed just
# before (jobs/now). Belongs to root and comes with the access pack. The job's folder belongs to eakte-ops; only what is
# in its files out, err and end is written here.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
cd /var/lib/eakte-ops || exit 1
umask 027
id=$(head -c 200 jobs/now 2>/dev/null) || exit 0 # nothing was claimed
case $id in '' | .* | *[!A-Za-z0-9._-]*) exit 0 ;; esac
d=jobs/$id
limit=$(cat "$d/limit") || exit 1
exec 8<"$d/alive" || exit 1
flock -n 8  # held to the end: who waits for it wakes then
trap : TERM # when the unit is stopped the end is recorded, too
timeout -k 10 "$limit" sh "$d/script" >"$d/out" 2>"$d/err" </dev/null 8<&-
# Room for it was taken when the job was ordered, and it is written in place: a full disk hides no end.
printf 'exit %-58s\n' "$?" 1<>"$d/end"
sync "$d/end"
