#!/bin/sh
# eakte-run: what eakte-job.service runs, as the account eakte. It carries out THE job named in jobs/next, at most once.
# Belongs to root and comes with the access pack. The job's folder is eakte-ops' and only read here; what this runner
# leaves behind goes to its subfolder run/.
cd /var/lib/eakte-ops || exit 1
umask 027
exec 9<ops.flock || exit 1
flock 9
id=$(head -c 200 jobs/next 2>/dev/null) || exit 0
case $id in '' | .* | *[!A-Za-z0-9._-]*) exit 0 ;; esac
d=jobs/$id
r=$d/run
refuse() {
    printf 'refused %s\n' "$1" >"$r/end.tmp" && sync "$r/end.tmp" && mv "$r/end.tmp" "$r/end"
    exit 0
}
[ ! -e "$r/end" ] || exit 0
mkdir "$r/claimed" 2>/dev/null || exit 0 # somebody ran it already: never again
sync "$r"                                # the claim is on disk before the first effect
# The town's stop switch: a file that only root can write, with the reason in it.
[ ! -e /etc/eakte-ops/stop ] || refuse "stop-switch $(head -c 200 /etc/eakte-ops/stop | head -n 1 | LC_ALL=C tr -cd '[:print:]')"
[ "$(cat "$d/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ] || refuse other-boot
[ "$(cat "$d/token")" = "$(cat lock/token 2>/dev/null)" ] || refuse fenced
limit=$(cat "$d/limit")
case $limit in '' | *[!0-9]*) refuse bad-limit ;; esac
# The record of the end is allocated now and overwritten in place: a job that fills the disk still gets its status.
{ printf '%-64s\n' '' >"$r/end.new" && sync "$r/end.new"; } || refuse no-space
exec 8>"$r/alive" || exit 1
flock 8 # held by this process only: who waits for it wakes when it ends
exec 9<&-
timeout -k 10 "$limit" sh "$d/script" >"$r/out" 2>"$r/err" </dev/null 8>&-
printf 'exit %-58s\n' "$?" 1<>"$r/end.new"
sync "$r/end.new"
mv "$r/end.new" "$r/end"
