# shellcheck disable=SC2154  # m and e are set by posix.py, before and after this text
# The server's side of an exchange. Sent as text, never installed. `m` is the marker, `e` the end of the budget.
# fd 4: stdout of the session, fd 6: stderr of the session. What follows are calls of `ask`, one per question.

exec 4>&1 6>&2 2>/dev/null
LC_ALL=C; export LC_ALL
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin; export PATH

# Hundredths of a second that never run backwards; without /proc the clock's seconds do.
now() {
  if { read -r n _ </proc/uptime; } 2>/dev/null; then
    n=${n%.*}${n#*.}; n=${n#0}; n=${n#0}
  else
    n=$(date +%s)00
  fi
}

# $1: seconds; the rest: a command that is killed, with all its process group, when they are over.
if command -v timeout >/dev/null; then
  within() { timeout -s KILL "$@"; }
else
  # No coreutils: a session of its own by setsid, and a watcher beside it. Without setsid, too, only our deadline is left.
  command -v setsid >/dev/null || setsid() { "$@"; }
  within() {
    s=$1; shift
    setsid "$@" <&3 & p=$!
    { sleep "${s%.*}"; sleep 1; kill -KILL "-$p"; } >/dev/null 2>&1 3<&- 4>&- 6>&- </dev/null & w=$!
    wait "$p"; kill -KILL "$w"
  }
fi

# Around one section: its own shell gets the text on stdin (nothing is visible in ps), its two streams are cut by head.
# fd 5, the status, stays open in both heads: the caller waits until nothing more can be written.
# shellcheck disable=SC2016
section='exec 5>&1
{ { /bin/sh -c '\''t=$(cat); exec </dev/null; eval "$t"'\'' sh 3>&- 4>&- 5>&- 6>&-; printf "%s " "$?" >&5; } 2>&3 4>&- 6>&- |
head -c "$1" >&4 3>&-; } 3>&1 | head -c "$2" >&6 4>&-; echo done >&5'

# $1: number, $2: limit in hundredths of a second, $3 and $4: bytes kept of stdout and stderr, $5: text
ask() {
  printf '%s<%s\n' "$m" "$1" >&4; printf '%s<%s\n' "$m" "$1" >&6
  now; b=$n; l=$((e - n)); [ "$l" -gt "$2" ] && l=$2
  if [ "$l" -gt 0 ]; then
    r=$(printf '%s\n' "$5" | { within "$((l / 100)).$((l / 10 % 10))$((l % 10))" /bin/sh -c "$section" sh "$3" "$4"; } 3<&0)
    now
    case $r in
      *" done") r=${r% done};;
      *) r=killed; [ $((n - b)) -lt "$l" ] && r=died;;  # what head had not written yet is lost with it
    esac
  else
    r=budget
  fi
  printf '%s>%s %s\n' "$m" "$1" "$r" >&4; printf '%s>%s\n' "$m" "$1" >&6
}
