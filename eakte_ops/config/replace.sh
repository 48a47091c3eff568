# shellcheck shell=sh
# Replaces configuration files by those that were brought, keeps what was there, and puts that back. After place.sh, with
# $state, $look, $by and $tab as there, and $run, the run whose files these are:
#   $state/incoming/RUN/NAME          what was brought
#   $state/previous/RUN/files/PATH    what lay at PATH before; nothing where nothing lay there
#   $state/previous/RUN/notes/PATH    what the note said of it; this one is written last: what is there was kept whole
#   $state/previous/RUN/found/PATH    what somebody put there while the run was at work
# NAME: the id of the template. SEEN: what stat said of PATH when the plan was made (see `seen`), "" where nothing lay there.
: "${run:?}" "${state:?}" "${tab:?}"
brought=$state/incoming/$run kept=$state/previous/$run

# Whatever is done to a file moves the time of its last change, which nobody sets.
seen() {
  if [ -e "$1" ] || [ -L "$1" ]; then TZ=UTC0 stat -c '%z inode %i' "$1"; fi
}

plain() {
  [ -f "$1" ] && [ ! -L "$1" ]
}

holds() {
  plain "$1" && cmp -s "$1" "$2"
}

# replace NAME PATH MODE GROUP SEEN
replace() {
  new=$brought/$1 part=${2%/*}/.${2##*/}.part
  untouched "$2" "$5" && keep "$2" || return
  rm -f "$part" || return
  if (umask 077 && set -C && cat "$new" >"$part") && holds "$part" "$new" && chgrp "$4" "$part" && chmod "$3" "$part" &&
    untouched "$2" "$5" && move "$2"; then
    hash=$(sha256sum <"$new") && note "$2" "$3" "${hash%% *}"
  else
    rm -f "$part"
    return 1
  fi
}

# What lies there is what was seen, or what an earlier attempt put there.
untouched() {
  if [ "$(seen "$1")" = "$2" ] || { [ -e "$kept/notes$1" ] && holds "$1" "$new"; }; then return; fi
  printf 'changed by somebody since the plan was made: %s\n' "$1" >&2
  return 1
}

keep() {
  [ ! -e "$kept/notes$1" ] || return 0
  (umask 077 && mkdir -p "$kept/files${1%/*}" "$kept/notes${1%/*}") || return
  rm -f "$kept/files$1" || return
  if [ -e "$1" ]; then
    plain "$1" && cp -p "$1" "$kept/files$1" && holds "$kept/files$1" "$1" && sync "$kept/files$1" || return
  fi
  before "$1" >"$kept/notes$1.part" && sync "$kept/notes$1.part" &&
    mv -fT "$kept/notes$1.part" "$kept/notes$1" && sync "$kept/notes${1%/*}"
}

# What the note says of PATH.
before() {
  if [ -f "$state/placed" ]; then path=$1 awk -F '\t' 'NF == 12 && $1 == ENVIRON["path"]' "$state/placed"; fi
}

# back NAME PATH SEEN: what was kept lies at PATH again, with its owner, mode and times, and the note says what it said.
back() {
  new=$brought/$1 old=$kept/files$2 part=${2%/*}/.${2##*/}.part
  rm -f "$part" || return
  [ -e "$kept/notes$2" ] || return 0
  if [ "$(seen "$2")" != "$3" ]; then
    strange "$2" || return
    if [ ! -e "$old" ]; then
      rm -f "$2" && sync "${2%/*}" || return
    elif ! holds "$2" "$old" || [ "$(whose "$2")" != "$(whose "$old")" ]; then
      copied "$old" "$part" && mv -fT "$part" "$2" && sync "${2%/*}" || return
    fi
  fi
  printf 'back\t%s\n' "$2"
  remember "$2"
}

# A second name for what was kept needs no room: that is for a full disk.
copied() {
  if cp -p "$1" "$2" && sync "$2"; then return; fi
  rm -f "$2" && ln "$1" "$2"
}

# Nobody's work is lost: what is neither the old nor the new file is put aside.
strange() {
  if [ ! -e "$1" ] || holds "$1" "$new" || holds "$1" "$old"; then return; fi
  printf 'changed by somebody in the meantime, kept as %s\n' "$kept/found$1" >&2
  (umask 077 && mkdir -p "$kept/found${1%/*}" && cp -p "$1" "$kept/found$1") && sync "$kept/found$1"
}

# The line as it was; of a file that holds what was put there, with what stat says of it now.
remember() {
  said=$(cat "$kept/notes$1") || return
  if [ -n "$said" ] && [ -e "$1" ]; then
    hash=$(sha256sum <"$1") || return
    case $said in *"${tab}plain$tab"*) mode=644 ;; *) mode=640 ;; esac
    line_of "$1" "$mode" "${hash%% *}" || return
    if [ "$(printf '%s' "$said" | cut -f 1-3)" = "$(printf '%s' "${line:?}" | cut -f 1-3)" ]; then
      said=$line$(printf '%s' "$said" | cut -f 11-) || return
    fi
  fi
  enter "$1" "$said"
}

# state_of NAME PATH MODE GROUP SEEN: says new, old or neither.
state_of() {
  new=$brought/$1
  if holds "$2" "$new" && hash=$(sha256sum <"$new") && line_of "$2" "$3" "${hash%% *}" && noted; then
    echo new
  elif [ "$(seen "$2")" = "$5" ]; then
    echo old
  else
    echo neither
  fi
}
