# Jobs on a server: sent with every call, never installed, so that there is no version skew.
# /var/lib/eakte-ops: ops.flock, lock/token, jobs/next, jobs/ID/{script,token,limit,boot},
# and what the runner leaves: jobs/ID/run/{claimed/,alive,out,err,end}
# The other half is eakte-run of the access pack, the ExecStart of eakte-job.service, which runs as another account.
PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin
cd /var/lib/eakte-ops || exit 9
umask 027

boot() { cat /proc/sys/kernel/random/boot_id; }
token() { cat lock/token 2>/dev/null; }
end_of() { head -c 300 "$1/run/end" | head -n 1; }

# $1: id -> absent | queued | running | exit N | lost | refused WHY
state() {
  d=jobs/$1
  [ -e "$d" ] || { echo absent; return; }
  [ -e "$d/run/end" ] && { end_of "$d"; return; }
  if [ ! -e "$d/run/claimed" ]; then
    if [ "$(cat "$d/boot")" = "$(boot)" ]; then echo queued; else echo 'refused other-boot'; fi
    return
  fi
  if [ -e "$d/run/alive" ]; then
    # Opened for reading only: `flock FILE` would create what a link points at.
    if flock -n -s 7; then gone=1; else gone=; fi 7<"$d/run/alive"
  else
    case $(systemctl is-active eakte-job.service) in active | activating | deactivating) gone= ;; *) gone=1 ;; esac
  fi
  if [ -z "$gone" ]; then echo running; elif [ -e "$d/run/end" ]; then end_of "$d"; else echo lost; fi
}

# $1: id, $2: token, $3: limit in seconds, $4: script -> state, or `fenced TOKEN`
start() {
  exec 9<ops.flock; flock 9
  [ "$(token)" = "$2" ] || { echo "fenced $(token)"; return; }
  if [ ! -e "jobs/$1" ]; then
    new=jobs/.$1.new
    rm -rf "$new"; mkdir "$new" "$new/run" || return 9
    printf '%s\n' "$4" >"$new/script" && echo "$2" >"$new/token" && echo "$3" >"$new/limit" && boot >"$new/boot" || return 9
    # The runner's account may read the order and write its own folder, no more.
    chgrp -R eakte "$new" && chmod 0640 "$new/script" "$new/token" "$new/limit" "$new/boot" && chmod 2750 "$new" && chmod 2770 "$new/run" || return 9
    sync "$new"/* "$new" || return 9
    mv -T "$new" "jobs/$1" && echo "$1" >jobs/next.new && chgrp eakte jobs/next.new && chmod 0640 jobs/next.new || return 9
    sync jobs/next.new; mv jobs/next.new jobs/next; sync jobs
  fi
  queued=$(state "$1")
  # Another job may have been queued since: the one that is asked for is the one that runs.
  [ "$queued" = queued ] && [ "$(cat jobs/next)" != "$1" ] && { echo "$1" >jobs/next.new; mv jobs/next.new jobs/next; }
  exec 9>&-
  [ "$queued" = queued ] && { sudo -n /usr/bin/systemctl start --no-block eakte-job.service || return; }
  state "$1"
}

# $1: id, $2: whole seconds to wait at most -> state. Wakes at once when the job ends.
await() {
  n=0
  while [ $n -lt 50 ]; do
    case $(state "$1") in queued) ;; running) [ -e "jobs/$1/run/alive" ] && break ;; *) break ;; esac
    sleep 0.1; n=$((n + 1))
  done
  [ -e "jobs/$1/run/alive" ] && [ ! -e "jobs/$1/run/end" ] && { flock -w "$2" -s 7; } 7<"jobs/$1/run/alive"
  state "$1"
}

# $1: a new fence token, a whole number -> the token in force: never a smaller one than before
raise() {
  exec 9<ops.flock; flock 9
  mkdir -p lock && chgrp eakte lock && chmod 2750 lock || return 9
  old=$(token)
  if [ "${old:-0}" -lt "$1" ]; then
    echo "$1" >lock/token.new && chgrp eakte lock/token.new && chmod 0640 lock/token.new && sync lock/token.new || return 9
    mv lock/token.new lock/token; sync lock
  fi
  token
}

# $1: id, $2: bytes; its output and errors, the end of each
output() { tail -c "$2" "jobs/$1/run/out"; tail -c "$2" "jobs/$1/run/err" >&2; }
