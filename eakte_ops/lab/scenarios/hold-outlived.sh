# The hold of a run that should have ended yesterday: nothing starts any more once it has stopped. $1: break or mend.
set -eu
hold=/var/lib/eakte-ops/hold
case $1 in
  break)
    printf 'run=lab-1 until=%s why=update, broken off\n' "$(date -u -d yesterday +%Y-%m-%dT%H:%M:%SZ)" >"$hold.part"
    chown eakte-ops:eakte "$hold.part"
    chmod 0644 "$hold.part"
    mv "$hold.part" "$hold"
    ;;
  mend) rm -f "$hold" ;;
esac
