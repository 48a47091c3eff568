# shellcheck shell=sh
# Puts configuration files in their places and notes what was put there. Before it: $state, the folder of our own state;
# $look, the group of the night; $by, who puts them there and why, one word. After it, per file: put PATH MODE SHA256.
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
  if (umask 077 && set -C && base64 -d >"$part") && whole "$3" && chmod "$2" "$part" && move "$1"; then
    note "$@"
  else
    rm -f "$part"
    return 1
  fi
}

# Not every base64 says that the disk was full.
whole() {
  [ "$(sha256sum <"$part")" = "$1  -" ]
}

# What is already there stays, with its time, unless it is somebody else's, may be used by others or is no plain file.
move() {
  if [ -f "$1" ] && [ ! -L "$1" ] && cmp -s "$part" "$1" && [ "$(whose "$1")" = "$(whose "$part")" ]; then
    rm -f "$part" && printf 'same\t%s\n' "$1"
  else
    sync "$part" && mv -fT "$part" "$1" && sync "${1%/*}" && printf 'placed\t%s\n' "$1"
  fi
}

whose() {
  stat -c '%a %u %g' "$1"
}

note() {
  line_of "$@" || return
  noted && return
  moment=$(date +%s) || return
  enter "$1" "$line$moment$tab$by"
}

# $line: what the note says of a file that holds what was put there, up to when and by whom.
line_of() {
  seen=$(stat -c "%a$tab%U$tab%G$tab%s$tab%i$tab%.9Y$tab%.9Z" "$1") || return
  case $2 in
    *[4567]) kind=plain hash=$3 ;;
    *) kind=keyed && key && hash=$(cat "$state/placed.key" "$1" | sha256sum | cut -d ' ' -f 1) ;;
  esac || return
  [ "${#hash}" = 64 ] || return
  line=$1$tab$kind$tab$hash$tab$seen$tab
}

noted() {
  [ -f "$state/placed" ] && line=$line awk 'index($0, ENVIRON["line"]) == 1 { found = 1 } END { exit !found }' "$state/placed"
}

# enter PATH LINE: LINE is all that the note says of PATH from now on; "" is nothing.
enter() {
  if written "$@" >"$state/placed.part" && chgrp "$look" "$state/placed.part" && chmod 0640 "$state/placed.part" &&
    sync "$state/placed.part" && mv -fT "$state/placed.part" "$state/placed"; then
    return
  fi
  rm -f "$state/placed.part"
  return 1
}

# The note as it is to be: each line must be whole, or a full disk would take the lines of other files.
written() {
  printf 'placed 1\n' &&
    if [ -f "$state/placed" ]; then
      path=$1 awk -F '\t' 'NF == 12 && $1 != ENVIRON["path"]' "$state/placed"
    fi &&
    if [ -n "$2" ]; then printf '%s\n' "$2"; fi
}

key() {
  if [ -s "$state/placed.key" ]; then
    [ -r "$state/placed.key" ]
  else
    (umask 077 && head -c 32 /dev/urandom >"$state/placed.key.part") &&
      sync "$state/placed.key.part" && mv -fT "$state/placed.key.part" "$state/placed.key"
  fi
}
