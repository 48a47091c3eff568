# shellcheck shell=sh
# Puts one file in its place. Before it: ops.sh; $granted, the folder of what the town granted; $held, the fence token of
# whoever sends; $to, the path; $mode; $own, 1 where the folder belongs to this run alone; $note, one line for the system
# journal; $sum, the SHA-256 of the file. The file itself comes on standard input as base64.
#   delivered        it held something else before
#   same             it held this already
#   fenced TOKEN     another run has taken over
#   refused WHY      nothing was changed
export LC_ALL=C
umask 077
: "${granted:?}" "${held:?}" "${to:?}" "${mode:?}" "${sum:?}" "${note:?}"
folder=${to%/*}
# The name of an unfinished file never ends as that of a whole one: some programs take every .yml there is.
part=$folder/.${to##*/}.part

whole() { [ "$(sha256sum <"$1")" = "$sum  -" ]; }

# It is there as it should be: with its mode, ours, no link to elsewhere.
there() {
  [ -f "$to" ] && [ ! -L "$to" ] && [ "$(stat -c '%a %u' "$to")" = "${mode#0} $(id -u)" ] && whole "$to"
}

deliver() {
  lock || return
  [ "$(token)" = "$held" ] || { echo "fenced $(token)"; return; }
  if [ -e "$granted/stop" ] || [ -L "$granted/stop" ]; then
    echo "refused stop-switch $(first "$granted/stop")"
    return
  fi
  # shellcheck disable=SC2154  # set before this text, empty where it is not
  if [ ! -d "$folder" ] && [ "$own" = 1 ]; then mkdir -m 0700 "$folder" && sync "${folder%/*}"; fi
  [ -d "$folder" ] || { echo 'refused there is no such folder'; return; }
  there && { echo same; return; }
  if [ -d "$to" ] && [ ! -L "$to" ]; then
    echo 'refused a folder is there'
    return
  fi
  rm -f "$part"
  (set -C && base64 -d >"$part") && whole "$part" && chmod "$mode" "$part" && sync "$part" || {
    rm -f "$part"
    echo 'refused it did not arrive as a whole: is the disk full, may our account write there?'
    return
  }
  # Said before it is done, as of jobs: what the town's own journal does not hold was not done.
  log "$note" || { rm -f "$part"; echo 'refused no-system-journal'; return; }
  mv -fT "$part" "$to" && sync "$folder" || { rm -f "$part"; echo 'refused it can not be put there'; return; }
  echo delivered
}
