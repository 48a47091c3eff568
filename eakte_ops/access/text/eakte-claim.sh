#!/bin/sh
# eakte-claim: what eakte-job.service runs first, as the account eakte-ops. It claims THE job named in jobs/next, so that
# eakte-run carries it out, at most once. Belongs to root and comes with the access pack. The account eakte, which carries
# the job out, can change nothing here: neither claim a job nor have one run again.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
cd /var/lib/eakte-ops || exit 1
umask 027
exec 9<ops.flock || exit 1
flock -w 30 9 || exit 1
rm -f jobs/now || exit 1 # nothing is claimed
id=$(head -c 200 jobs/next 2>/dev/null) || exit 0
case $id in '' | .* | *[!A-Za-z0-9._-]*) exit 0 ;; esac
d=jobs/$id
refuse() {
    printf 'refused %s\n' "$1" >&2
    printf '%s\n' "$1" >"$d/refused" && sync "$d/refused" "$d"
    exit 0
}
# `ready` is taken away by whoever begins the job: a second time there is nothing to take.
[ "$(cat "$d/account" 2>/dev/null)" = software ] && [ -e "$d/ready" ] && [ ! -e "$d/refused" ] || exit 0
# The town's stop switch: a file that only root can write, with the reason in it.
{ [ ! -e /etc/eakte-ops/stop ] && [ ! -L /etc/eakte-ops/stop ]; } || refuse "stop-switch $(head -c 300 /etc/eakte-ops/stop | head -n 1)"
[ "$(cat "$d/boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ] || refuse other-boot
[ "$(cat "$d/token")" = "$(cat lock/token 2>/dev/null || echo 0)" ] || refuse fenced
case $(cat "$d/limit") in '' | *[!0-9]*) refuse bad-limit ;; esac
# Claimed and handed on in one: a rename needs no room on a full disk, and there is no moment in between.
mv -T "$d/ready" jobs/now && sync "$d" jobs # on disk before the first effect
