# shellcheck shell=sh
# Puts configuration files in their places and notes what was put there. Before it: $state, the folder of our own state;
# $look, the group of the night; $by, who puts them there and why, one word. After it, per file: put PATH MODE.
#   placed <TAB> path     the file holds something else than before
#   same <TAB> path       it held this already
# The note: $state/placed, one line per file (record.py). Files that others may not read are noted by a hash with a key
# in it, which only the account of people at work can read: nobody can try out passwords with the note alone.
export LC_ALL=C
umask 027
: "${state:?}" "${look:?}" "${by:?}"
tab=$(printf '\t')

# The name of an unfinished file never ends in .yml: the gateway takes every file that does.
put() {
  part=${1%/*}/.${1##*/}.part
  rm -f "$part" || return
  (umask 077 && base64 -d >"$part") || return
  chmod "$2" "$part" || return
  if [ -f "$1" ] && [ ! -L "$1" ] && cmp -s "$part" "$1" && [ "$(stat -c %a "$1")" = "$(stat -c %a "$part")" ]; then
    rm -f "$part"
    printf 'same\t%s\n' "$1"
  else
    sync "$part" && mv -fT "$part" "$1" && sync "${1%/*}" || return
    printf 'placed\t%s\n' "$1"
  fi
  note "$1" "$2"
}

note() {
  seen=$(stat -c "%a$tab%U$tab%G$tab%s$tab%i$tab%.9Y$tab%.9Z" "$1") || return
  case $2 in
    *[4567]) kind=plain hash=$(sha256sum <"$1" | cut -d ' ' -f 1) ;;
    *) kind=keyed hash=$(key && cat "$state/placed.key" "$1" | sha256sum | cut -d ' ' -f 1) ;;
  esac
  [ "${#hash}" = 64 ] || return
  if [ -f "$state/placed" ] && grep -qF "$1$tab$kind$tab$hash$tab$seen$tab" "$state/placed"; then return; fi
  {
    printf 'placed 1\n'
    [ ! -f "$state/placed" ] || awk -F '\t' -v path="$1" 'NR > 1 && $1 != path' "$state/placed"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$kind" "$hash" "$seen" "$(date +%s)" "$by"
  } >"$state/placed.part" && chgrp "$look" "$state/placed.part" && chmod 0640 "$state/placed.part" &&
    sync "$state/placed.part" && mv -fT "$state/placed.part" "$state/placed"
}

key() {
  [ -s "$state/placed.key" ] && return
  (umask 077 && head -c 32 /dev/urandom >"$state/placed.key.part") &&
    sync "$state/placed.key.part" && mv -fT "$state/placed.key.part" "$state/placed.key"
}
