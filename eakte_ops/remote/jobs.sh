# Jobs on a server: jobs/ID/{script,token,limit,boot,account,note,out,err,end,alive,group}, made whole or not at all by
# eakte-ops, the only account that can change what is in the folder. `ready` lies in it until the job begins: taking it
# away, under ops.flock, is the one act by which a job begins, so it begins at most once. Of the account of the software
# eakte-claim does that (renamed to jobs/now, where eakte-run reads which one it is), and out, err, end are open to it.

boot() { cat /proc/sys/kernel/random/boot_id; }
up() { read -r n _ </proc/uptime; echo "${n%.*}"; }
unit() { systemctl is-active eakte-job.service; }
account() { cat "jobs/$1/account"; }

# $1: id. Whether a job of the software's account is the one that the unit carries out.
in_unit() {
  case $(unit) in active | activating | deactivating) [ "$(cat jobs/now 2>/dev/null)" = "$1" ] ;; *) false ;; esac
}

# $1: id. Whether a process holds the job's lock. Opened for reading only.
held() { ! flock -n -s 7; } 7<"jobs/$1/alive"

# $1: id -> absent | queued | running | exit N | lost | refused WHY. Needs no lock.
state() {
  d=jobs/$1 t=$(token)  # the token first: it only rises, so what does not fit now can not begin later
  [ -d "$d" ] || { echo absent; return; }
  [ ! -e "$d/refused" ] || { echo "refused $(first "$d/refused")"; return; }
  if [ -e "$d/ready" ]; then
    waiting "$1"
    return
  fi
  ended "$d" && return
  if [ "$(account "$1")" = work ]; then held "$1"; else in_unit "$1"; fi && { echo running; return; }
  ended "$d" || echo lost
}

# What has not begun. An attached one whose session is gone will not begin by itself.
waiting() {
  if [ "$(account "$1")" = work ]; then
    if held "$1"; then echo queued; elif [ -e "$d/ready" ]; then echo absent; else state "$1"; fi
  elif [ "$(cat "$d/token")" != "$t" ]; then
    if [ -e "$d/ready" ]; then echo 'refused fenced'; else state "$1"; fi
  elif [ "$(cat "$d/boot")" != "$(boot)" ]; then
    echo 'refused other-boot'
  else
    echo queued
  fi
}

# $1: folder -> how it ended, if it did. Whatever else stands there (the software's account may write it) is no end.
ended() {
  e=$(first "$1/end")
  case ${e%% *} in exit) ;; *) return 1 ;; esac
  e=${e#exit } e=${e%% *}
  case $e in '' | *[!0-9]* | ????*) return 1 ;; esac
  echo "exit $e"
}

# $1: id, $2: token, $3: limit, $4: account, $5: note, $6: script -> makes the record, with its lock on fd 8; fails and
# says why where it may not begin, which leaves no record. Under ops.flock.
order() {
  if [ -e /etc/eakte-ops/stop ] || [ -L /etc/eakte-ops/stop ]; then
    echo "refused stop-switch $(first /etc/eakte-ops/stop)"
    return 1
  fi
  [ "$4" != software ] || [ -x /usr/local/lib/eakte-ops/eakte-claim ] || {
    echo 'refused old-access-pack the one that local IT installed here carries no such jobs out'
    return 1
  }
  new=jobs/.$1.new
  why=$(record "$@" 2>&1) || { rm -rf "$new"; echo "refused no-record ${why##*: }"; return 1; }
  { exec 8<"$new/alive" && flock 8 && mv -T "$new" "jobs/$1" && sync jobs; } || { echo 'refused no-record'; return 1; }
  why=$(log "begin $1 account=$4 limit=$3 $5" 2>&1) || {
    mv -T "jobs/$1" "$new" && rm -rf "$new"
    echo "refused no-system-journal ${why##*: }"
    return 1
  }
  forget
  return 0
}

# The newest 300 records stay, and all of what has not ended. A run has its town until it is over, so nobody asks for more.
forget() {
  # shellcheck disable=SC2012  # ids are plain words
  ls -t jobs | tail -n +301 | while read -r old; do
    [ -d "jobs/$old" ] || continue
    case $(state "$old") in queued | running) ;; *) rm -rf "jobs/$old" ;; esac
  done
}

record() {
  rm -rf "$new" && mkdir -m 0700 "$new" && printf '%s\n' "$6" >"$new/script" && echo "$2" >"$new/token" &&
    echo "$3" >"$new/limit" && boot >"$new/boot" && echo "$4" >"$new/account" && printf '%s\n' "$5" >"$new/note" &&
    echo "$1" >"$new/ready" && : >"$new/out" && : >"$new/err" && : >"$new/alive" &&
    # Allocated now and overwritten in place: a job that fills the disk still gets its end recorded.
    printf '%-64s\n' '' >"$new/end" && printf '%-11s\n' '' >"$new/group" || return
  if [ "$4" = software ]; then
    chgrp -R eakte "$new" && chmod 0640 "$new"/* && chmod 0660 "$new/out" "$new/err" "$new/end" && chmod 2750 "$new"
  else
    chmod 0600 "$new"/*
  fi || return
  sync "$new/script" "$new/token" "$new/limit" "$new/boot" "$new/account" "$new/ready" "$new/end" "$new"
}

# $1: id, $2: token, $3: limit in seconds, $4: note, $5: script -> state, or `fenced TOKEN`
start() {
  lock || return
  [ "$(token)" = "$2" ] || { echo "fenced $(token)"; return; }
  if [ ! -e "jobs/$1" ]; then
    order "$1" "$2" "$3" software "$4" "$5" || return 0
    exec 8<&-
  fi
  unlock
  kick "$1" || return
  state "$1"
}

# $1: id. Has the unit started if the job is queued; when the unit is at another one, nothing happens.
kick() {
  lock || return
  queued=$(state "$1")
  if [ "$(account "$1")" != software ] || [ "$queued" != queued ]; then
    unlock
    return 0
  fi
  [ "$(cat jobs/next 2>/dev/null)" = "$1" ] || {
    echo "$1" >jobs/next.new && chgrp eakte jobs/next.new && mv -fT jobs/next.new jobs/next || return 9
  }
  unlock
  sudo -n /usr/bin/systemctl start --no-block eakte-job.service
}

# $1: id, $2: whole seconds to wait at most -> state. Wakes at once when the job ends.
await() {
  stop=$(($(up) + $2)) looks=0
  while :; do
    now=$(state "$1") left=$((stop - $(up)))
    case $now in queued | running) ;; *) break ;; esac
    [ "$left" -gt 0 ] || break
    if [ "$now" = running ]; then
      # Its lock is not there yet for a moment after the claim; a look after it is free tells whether it was.
      { flock -w "$left" -s 7; } 7<"jobs/$1/alive"
      now=$(state "$1")
      [ "$now" = running ] || break
    else
      case $(unit) in active | activating | deactivating) ;; *) kick "$1" || return ;; esac
    fi
    looks=$((looks + 1))
    if [ $looks -lt 10 ]; then sleep 0.03; else sleep 0.2; fi
  done
  echo "$now"
}

# What an attached job is inside: it has a session and a process group of its own, and holds the lock (fd 8) to its end.
# $1: id, $2: limit; secrets as assignments on standard input.
# shellcheck disable=SC2016
conduct='exec 5<&0
d=jobs/$1
timeout -k 10 "$2" sh -c "$3" sh "$d/script" <&5 >"$d/out" 2>"$d/err" 5<&- &
p=$!
printf "%-11s" "$p" 1<>"$d/group"
exec 5<&-
wait "$p"; e=$?
kill -KILL "-$p" 2>/dev/null
printf "exit %-58s\n" "$e" 1<>"$d/end"
sync "$d/end"
timeout 5 logger -t eakte-ops -- "end $1 exit $e"'
# shellcheck disable=SC2016
within_it='exec 8<&-; eval "$(cat)"; exec </dev/null; eakte_script=$1; set --; . "$eakte_script"'

# $1: id, $2: token, $3: limit in seconds, $4: note, $5: script, $6: bytes, $7: seconds to wait at most -> state, then
# the end of its output; on stderr the end of its errors. $eakte_secrets: assignments.
attach() {
  lock || return
  [ "$(token)" = "$2" ] || { echo "fenced $(token)"; return; }
  # One that did not begin, and under the lock nobody is at it any more: it may begin now.
  if [ -e "jobs/$1/ready" ] && [ "$(account "$1")" = work ] && [ ! -e "jobs/$1/refused" ]; then
    rm -rf "jobs/.$1.new" && mv -T "jobs/$1" "jobs/.$1.new" || return 9
  fi
  if [ ! -e "jobs/$1" ]; then
    order "$1" "$2" "$3" work "$4" "$5" || return 0
    rm "jobs/$1/ready" && sync "jobs/$1" || return 9
    # shellcheck disable=SC2154  # the secrets are set before this text
    printf '%s\n' "$eakte_secrets" | setsid sh -c "$conduct" sh "$1" "$3" "$within_it" >/dev/null 2>&1 9<&- &
    exec 8<&-
  fi
  unlock
  await "$1" "$7" && output "$1" "$6"
}

# $1: id -> state afterwards: what is queued never begins, what runs is killed with all that it started
cancel() {
  lock || return
  case $(state "$1") in
    queued) put "jobs/$1/refused" cancelled && log "cancel $1, which had not begun" || return ;;
    running)
      log "cancel $1"
      # Under the lock no other job can begin in the unit in between.
      if [ "$(account "$1")" = work ]; then end_group "$1"; else sudo -n /usr/bin/systemctl stop eakte-job.service; fi ||
        return
      # Nothing of it is left, and it did not live to record its end.
      [ "$(account "$1")" = work ] || ended "jobs/$1" >/dev/null || {
        printf 'exit %-58s\n' 137 1<>"jobs/$1/end" && sync "jobs/$1/end"
      } ;;
  esac
  unlock
  state "$1"
}

# $1: id of an attached job: TERM, and KILL where that is not enough. Its lock shows that the number is still its own.
end_group() {
  n=0 told=
  while held "$1" && [ $n -lt 80 ]; do
    p=$(first "jobs/$1/group") p=${p%% *}
    case $p in
      '' | *[!0-9]*) ;;  # it is written in a moment
      *) if [ $n -ge 50 ]; then kill -KILL "-$p"; elif [ "$told" != "$p" ]; then kill -TERM "$p"; told=$p; fi ;;
    esac
    n=$((n + 1))
    sleep 0.1
  done 2>/dev/null
}

# -> the newest 200 records: id, account, since, limit, state, note, with tabs between
listed() {
  # shellcheck disable=SC2012  # ids are plain words
  ls -t jobs 2>/dev/null | head -n 200 | while read -r id; do
    [ -d "jobs/$id" ] || continue
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$id" "$(account "$id")" "$(stat -c %Y "jobs/$id")" "$(first "jobs/$id/limit")" \
      "$(state "$id")" "$(head -c 600 "jobs/$id/note" | head -n 1)"
  done
}

# $1: id, $2: bytes; the ends of its output and of its errors, those on stderr
output() {
  [ ! -d "jobs/$1" ] || { tail -c "$2" "jobs/$1/out"; tail -c "$2" "jobs/$1/err" >&2; }
}
