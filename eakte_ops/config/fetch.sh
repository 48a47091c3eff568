# shellcheck shell=sh
# What lies at paths on a server, for the account of people at work. Arguments: state=DIR most=BYTES, then file=PATH ...
# and folder=PATH ...; files and folders are numbered from 0. Reads only what is a file itself, never through a link.
#   note <TAB> base64                         STATE/placed, the note of what was put where
#   file <TAB> n <TAB> mode owner group size inode modified changed (tabs between)
#   absent|closed <TAB> n                     nothing there; may not be looked at
#   other <TAB> n <TAB> kind                  something that is no regular file
#   keyed <TAB> n <TAB> SHA-256               of the server's key and the file
#   names <TAB> n <TAB> closed folders <TAB> base64 of: type <TAB> path <NUL> ...
#   data <TAB> n <TAB> base64                 at most $most bytes of a file
#   end
export LC_ALL=C
tab=$(printf '\t') state='' most=0
for word in "$@"; do
  case $word in
    state=*) state=${word#state=} ;;
    most=*) most=${word#most=} ;;
  esac
done
plain() {
  [ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ]
}

if plain "$state/placed"; then
  printf 'note\t%s\n' "$(head -c 100000 "$state/placed" | base64 -w 0)"
fi

look() {
  seen=$(stat -c "%F$tab%a$tab%U$tab%G$tab%s$tab%i$tab%.9Y$tab%.9Z" -- "$2" 2>&1) || {
    case $seen in
      *'No such file'* | *'Not a directory'*) printf 'absent\t%s\n' "$1" ;;
      *) printf 'closed\t%s\n' "$1" ;;
    esac
    return
  }
  case $seen in
    'regular file'* | 'regular empty file'*) printf 'file\t%s\t%s\n' "$1" "${seen#*"$tab"}" ;;
    *) printf 'other\t%s\t%s\n' "$1" "${seen%%"$tab"*}" && return ;;
  esac
  if plain "$2" && plain "$state/placed.key" && [ "$(stat -c %s -- "$2")" -le "$most" ]; then
    printf 'keyed\t%s\t%s\n' "$1" "$(cat -- "$state/placed.key" "$2" | head -c "$((most + 1000))" | sha256sum | cut -d ' ' -f 1)"
  fi
}

names() {
  closed=$(find "$2" -xdev -maxdepth 20 -type d ! \( -readable -executable \) -prune -printf x 2>/dev/null | head -c 99)
  found=$(find "$2" -xdev -maxdepth 20 ! -type d -printf '%y\t%p\0' 2>/dev/null | head -c 65536 | base64 -w 0)
  printf 'names\t%s\t%s\t%s\n' "$1" "${#closed}" "$found"
}

n=0
for word in "$@"; do
  case $word in file=*) look "$n" "${word#file=}"; n=$((n + 1)) ;; esac
done
n=0
for word in "$@"; do
  case $word in folder=*) names "$n" "${word#folder=}"; n=$((n + 1)) ;; esac
done
n=0
for word in "$@"; do
  case $word in
    file=*)
      path=${word#file=}
      if plain "$path"; then
        printf 'data\t%s\t' "$n"
        head -c "$most" -- "$path" | base64 -w 0
        printf '\n'
      fi
      n=$((n + 1))
      ;;
  esac
done
printf 'end\n'
