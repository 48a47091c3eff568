# shellcheck shell=sh
# Puts one file in its place. Before it: $state and $granted, the folders of our own state and of what was granted;
# $token, the fence token; $to, the path; $mode; $own, 1 where the folder belongs to this run alone; $note, one line for
# the system journal; $sum, the SHA-256 of the file. The file itself comes on standard input as base64.
#   delivered        it holds something else than before
#   same             it held this already
#   fenced TOKEN     another run has taken over
#   refused WHY      nothing was changed
export LC_ALL=C
umask 077
: "${state:?}" "${granted:?}" "${token:?}" "${to:?}" "${mode:?}" "${sum:?}" "${note:?}"
folder=${to%/*}
# The name of an unfinished file never ends as that of a whole one: some programs take every .yml there is.
part=$folder/.${to##*/}.part

whole() { [ "$(sha256sum <"$1")" = "$sum  -" ]; }

deliver() {
  [ -r "$state/ops.flock" ] || { echo 'refused the access pack is not installed here'; return; }
  exec 9<"$state/ops.flock"; flock 9
  now=$(cat "$state/lock/token" 2>/dev/null)
  [ "$now" = "$token" ] || { echo "fenced $now"; return; }
  [ ! -e "$granted/stop" ] || { echo "refused stop-switch $(head -c 200 "$granted/stop" | head -n 1)"; return; }
  if [ ! -d "$folder" ] && [ "${own:-}" = 1 ]; then mkdir -m 0700 "$folder" && sync "${folder%/*}"; fi
  [ -d "$folder" ] || { echo 'refused there is no such folder'; return; }
  if [ -f "$to" ] && [ ! -L "$to" ] && [ "$(stat -c '%a %u' "$to")" = "${mode#0} $(id -u)" ] && whole "$to"; then
    echo same
    return
  fi
  [ -d "$to" ] && [ ! -L "$to" ] && { echo 'refused a folder is there'; return; }
  rm -f "$part" && (set -C && base64 -d >"$part") && whole "$part" && chmod "$mode" "$part" && sync "$part" || {
    rm -f "$part"
    echo 'refused it did not arrive as a whole; is the disk full, may our account write there?'
    return
  }
  # Said before it is done, as of jobs: what the town's own journal does not hold was not done.
  logger -t eakte-ops -- "$note" || { rm -f "$part"; echo 'refused the system journal takes nothing'; return; }
  mv -fT "$part" "$to" && sync "$folder" && echo delivered || { rm -f "$part"; echo 'refused it can not be put there'; }
}
