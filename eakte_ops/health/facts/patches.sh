# shellcheck shell=sh
# Which updates wait, by what is known on the server: no network, no root, nothing is changed.
#   manager <TAB> apt | NAME of another one | none
#   lists <TAB> age of the package lists in seconds | unknown: there are none
#   waits <TAB> package <TAB> yes|no        yes: from the distribution's security archive
#   end <TAB> status of the question
export LC_ALL=C
if ! command -v apt-get >/dev/null; then
  for other in dnf yum zypper apk pacman none; do
    if [ "$other" = none ] || command -v "$other" >/dev/null; then
      printf 'manager\t%s\nend\t0\n' "$other"
      exit 0
    fi
  done
fi
printf 'manager\tapt\n'
# The lists themselves bear the time of the archive, so what an update touches on the way says when it was.
set -- /var/lib/apt/lists/*Release
touched=
[ -e "$1" ] && touched=$(stat -c %Y /var/lib/apt/lists /var/lib/apt/lists/partial /var/lib/apt/periodic/update-success-stamp \
  /var/lib/apt/periodic/update-stamp 2>/dev/null | sort -n | tail -n 1)
if [ -n "$touched" ]; then
  printf 'lists\t%s\n' "$(($(date +%s) - touched))"
else
  printf 'lists\tunknown\n'
fi
# New packages are let in, for a new kernel is one.
said=$(apt-get -s -q --with-new-pkgs -o Debug::NoLocking=true upgrade) && status=0 || status=$?
printf '%s\n' "$said" | awk -v OFS='\t' '
  $1 == "Inst" { print "waits", $2, /\([^)]*[Ss]ecurity/ ? "yes" : "no"; if (++n == 1000) exit }'
printf 'end\t%s\n' "$status"
