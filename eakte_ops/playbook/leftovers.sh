# shellcheck shell=sh
# What a run left on a server, one line each: kind <TAB> what it says of itself. $1: our own state, $2: the run
# Asks only. hold, notice, mute, paused, handover: files or folders of the town at large; incoming, previous: of this run.
export LC_ALL=C
state=$1 run=$2
[ -d "$state" ] || { echo "there is no $state here" >&2; exit 9; }
said() {
  line=
  [ -f "$2" ] && line=$(head -c 300 -- "$2" 2>/dev/null | head -n 1 | tr '\t' ' ')
  printf '%s\t%s\n' "$1" "$line"
}
for kind in hold notice mute paused handover; do
  if [ -e "$state/$kind" ] || [ -L "$state/$kind" ]; then said "$kind" "$state/$kind"; fi
done
for kind in incoming previous; do
  if [ -e "$state/$kind/$run" ]; then
    printf '%s\t%s\n' "$kind" "$(find "$state/$kind/$run" -type f 2>/dev/null | head -n 1000 | wc -l) files"
  fi
done
printf 'end\t\n'
