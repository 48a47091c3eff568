# shellcheck shell=sh disable=SC2154  # m, the marker, is set before this text; the two functions are called after it
# A line that a person typed, carried out by a shell of its own. Streams go straight through; what this text itself has to
# say begins with the marker, which the person's line does not know. fd 4: stdout of the session, fd 6: its stderr.
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin; export PATH

# $1: process -> when it was started, in ticks since the boot: with the number it names one process for ever
begun() {
  b=$(cat "/proc/$1/stat" 2>/dev/null) || return
  b=${b##*) }
  # shellcheck disable=SC2086
  set -- $b
  echo "${20}"
}

# The line comes on stdin, so that it stands in no list of processes. The folder is told when the shell ends, however it
# does; what runs on in the background does not hold up the telling.
# shellcheck disable=SC2016
inner='t=$(cat); exec </dev/null; trap "pwd -P >&5" EXIT; eval "$t" 5>&-'

# $1: seconds, $2: the line; what it is told on fd 5 goes to the caller
watched() {
  timeout -k 5 "$1" /bin/sh -c "$inner" 4>&- 6>&- <<END &
$2
END
  p=$!
  printf '%spid %s %s\n' "$m" "$p" "$(begun "$p")" >&4
  wait "$p"
  s=$?
  kill -KILL "-$p" 2>/dev/null
  printf 'status %s' "$s" >&5
}

# $1: folder, $2: seconds, $3: the town's stop switch, $4: the line
carry_out() {
  exec 4>&1 6>&2
  printf '%sopen\n' "$m" >&4
  printf '%sopen\n' "$m" >&6
  if [ -e "$3" ]; then
    printf '%srefused %s\n' "$m" "$(head -c 300 "$3" | head -n 1)" >&4
    printf '%send\n' "$m" >&6
    return
  fi
  cd -- "$1" 2>/dev/null || { cd / && printf 'the folder is gone, this line is carried out in /\n' >&2; }
  r=$(exec 5>&1 >&4 2>&6; watched "$2" "$4")
  f=${r%status *}
  printf '%send %s %s\n' "$m" "${r##*status }" "${f%?}" >&4
  printf '%send\n' "$m" >&6
}

# $1: process, $2: when it was started; ends it with all its group, if it is still that one
stop() {
  [ -n "$2" ] && [ "$(begun "$1")" = "$2" ] || return
  kill -TERM "-$1" 2>/dev/null
  n=0
  while [ $n -lt 20 ] && [ "$(begun "$1")" = "$2" ]; do
    sleep 0.1
    n=$((n + 1))
  done
  kill -KILL "-$1" 2>/dev/null
}

# $1: the town's stop switch, $2: the hold, $3: a line for the system journal -> what is in the way, or: home FOLDER
open() {
  [ ! -e "$1" ] || { printf 'refused %s\n' "$(head -c 300 "$1" | head -n 1)"; return; }
  [ ! -e "$2" ] || printf 'hold %s\n' "$(head -c 300 "$2" | head -n 1)"
  timeout 5 logger -t eakte-ops -- "$3" || { echo silent; return; }
  cd 2>/dev/null || cd /
  printf 'home %s\n' "$(pwd -P)"
}

# $1: a line for the system journal
close() { timeout 5 logger -t eakte-ops -- "$1" && echo told; }
