# shellcheck shell=sh
# What the server reaches, all asked at the same time. $1: seconds each one gets; $2, $3: address and port of the backup
# storage, "" where there is none; $4...: names that have to resolve.
#   name <TAB> known | unknown | hangs <TAB> name
#   resolver <TAB> answers | hangs          whoever connects is looked up by address; that nobody knows him is no fault
#   storage <TAB> answers | refused | silent | no-way | no-name | other | no-tool <TAB> what was said
#   end
export LC_ALL=C
seconds=$1 storage=$2 port=$3
shift 3

looked_up() { # database, what -> known | unknown | hangs
  timeout -s KILL "$seconds" getent "$1" "$2" >/dev/null 2>&1
  case $? in 0) echo known ;; 137) echo hangs ;; *) echo unknown ;; esac
}

for name in localhost "$(uname -n)" "$@"; do
  printf 'name\t%s\t%s\n' "$(looked_up ahosts "$name")" "$name" &
done
from=${SSH_CONNECTION%% *}
{
  said=$(looked_up hosts "${from:-192.0.2.1}")
  [ "$said" = hangs ] || said=answers
  printf 'resolver\t%s\n' "$said"
} &
[ -n "$storage" ] && {
  if command -v ssh >/dev/null; then
    # It ends before anybody logs in: no key of the storage is known here, and none is taken. The one key exchange is the
    # cheapest; a storage that does not offer it answers as well.
    said=$(timeout -s KILL "$((seconds + 2))" ssh -T -F none -o BatchMode=yes -o ConnectTimeout="$seconds" \
      -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none -o GlobalKnownHostsFile=none \
      -o KexAlgorithms=curve25519-sha256 -p "$port" -- "$storage" 2>&1)
    [ $? = 137 ] && said=hangs
    case $said in
      *'verification failed'* | *'host key is known'* | *'Unable to negotiate'*) state=answers ;;
      *refused*) state=refused ;;
      *unreachable* | *'No route'*) state=no-way ;;
      *'esolve hostname'*) state=no-name ;;
      hangs | *'timed out'*) state=silent ;;
      *) state=other ;;
    esac
    printf 'storage\t%s\t%s\n' "$state" "$(printf '%s' "$said" | head -n 1 | cut -c 1-150 | tr '\t' ' ')"
  else
    printf 'storage\tno-tool\t\n'
  fi
} &
wait
printf 'end\n'
