# The copy of a run: runs/RUN/plan.json and runs/RUN/journal.jsonl, for the people at work alone.

# $1: token. Under the lock; fails and says so where it is not the one in force.
fence() { [ "$(token)" = "$1" ] || { echo "fenced $(token)"; return 9; }; }

# $1: run, $2: token, $3: plan, one line
put_plan() {
  umask 077
  lock && fence "$2" || return
  mkdir -p "runs/$1" || return
  if [ -e "runs/$1/plan.json" ]; then
    printf '%s\n' "$3" | cmp -s - "runs/$1/plan.json" || { echo "another plan of the run $1 is there" >&2; return 9; }
    return 0
  fi
  put "runs/$1/plan.json" "$3" && sync runs || return
  # shellcheck disable=SC2012  # names of runs are plain words
  ls -t runs | tail -n +51 | while read -r old; do [ "$old" = "$1" ] || rm -rf "runs/$old"; done
}

# $1: run, $2: token, $3: number of the first line, $4: lines, $5: how many -> how many are there
append() {
  umask 077
  lock && fence "$2" || return
  [ -e "runs/$1/plan.json" ] || { echo "there is no plan of the run $1 here" >&2; return 9; }
  j=runs/$1/journal.jsonl
  : >>"$j" || return
  n=$(wc -l <"$j")
  # A line that was not written whole, when the disk was full or the machine died, is none.
  [ -z "$(tail -c 1 "$j")" ] || { head -n "$n" "$j" >"$j.new" && sync "$j.new" && mv -f "$j.new" "$j"; } || return
  size=$(stat -c %s "$j") had=$((n - $3 + 1))
  if [ "$had" -lt 0 ] || [ "$5" -eq 0 ]; then echo "$n"; return; fi
  if [ "$had" -gt 0 ]; then
    there=$(tail -n "+$3" "$j" | head -n "$5") given=$(printf '%s\n' "$4" | head -n "$had")
    [ "$there" = "$given" ] || { echo "other lines than these are in the journal of the run $1" >&2; return 9; }
  fi
  if [ "$had" -lt "$5" ]; then
    { printf '%s\n' "$4" | tail -n "+$((had + 1))" >>"$j" && sync "$j" && [ "$(wc -l <"$j")" -eq $((n + $5 - had)) ]; } ||
      { truncate -s "$size" "$j"; echo 'the journal could not be written: is the disk full?' >&2; return 9; }
    n=$((n + $5 - had))
    [ "$size" -gt 0 ] || sync "runs/$1"
  fi
  echo "$n"
}

# -> names, the one written last first
runs() {
  # shellcheck disable=SC2012
  [ ! -d runs ] || ls -t runs | head -n 200
}

# $1: run -> its plan, then the lines of its journal
read_run() {
  [ -e "runs/$1/plan.json" ] || { echo "there is no copy of the run $1 here" >&2; return 9; }
  head -n 1 "runs/$1/plan.json" && { [ ! -e "runs/$1/journal.jsonl" ] || cat "runs/$1/journal.jsonl"; }
}
