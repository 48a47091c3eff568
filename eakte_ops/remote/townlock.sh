# The lock of the town on this server: lock/token, the fence token, which only ever rises, and lock/holder, seven lines:
# run, who, host, purpose, since, until, token. Whoever raises the token first and dies then leaves a free lock.

# -> the token in force, then the holder if there is one
show() { token; cat lock/holder 2>/dev/null; return 0; }

holds() { [ "$(head -n 1 lock/holder 2>/dev/null)" = "$1" ]; }

# $1: a token at least; it is raised beyond the one in force in any case
rise() {
  t=$(token)
  if [ "$1" -gt "$t" ]; then t=$1; else t=$((t + 1)); fi
  put lock/token "$t"
}

# $1..$6: run, who, host, purpose, since, until; uses t. The names of people are for people at work alone.
put_holder() { (umask 077 && put lock/holder "$(printf '%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$t")"); }

# $1..$7: run, who, host, purpose, since, until, token
take() {
  lock || return
  if [ ! -s lock/holder ] || holds "$1"; then
    # The same question again, after a line that broke, changes nothing.
    { holds "$1" && [ "$(token)" = "$7" ] && [ "$(sed -n 7p lock/holder)" = "$7" ]; } ||
      { rise "$7" && put_holder "$1" "$2" "$3" "$4" "$5" "$6"; } || return
  fi
  show
}

# $1: a token, $2: the run that has the lock and keeps it
raise() {
  lock || return
  if holds "$2" && [ "$(token)" -lt "$1" ]; then
    rise "$1" || return
    set -- "$2" "$(sed -n 2p lock/holder)" "$(sed -n 3p lock/holder)" "$(sed -n 4p lock/holder)" \
      "$(sed -n 5p lock/holder)" "$(sed -n 6p lock/holder)"
    put_holder "$@" || return
  fi
  show
}

# $1: run, $2: token
release() {
  lock || return
  ! holds "$1" || [ "$(sed -n 7p lock/holder)" != "$2" ] || { rm -f lock/holder && sync lock; } || return
  show
}

# $1: a token at least, $2: note -> the token, then who had the lock
break_open() {
  lock || return
  had=$(cat lock/holder 2>/dev/null)
  log "lock of the town broken: $2" || return
  rise "$1" && rm -f lock/holder && sync lock || return
  token
  [ -z "$had" ] || printf '%s\n' "$had"
}
