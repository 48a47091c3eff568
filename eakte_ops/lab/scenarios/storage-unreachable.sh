# What this host sends to the backup storage of its town is lost, as behind a wrong firewall rule. $1: break or mend.
set -eu
host=$(uname -n)
storage=$(getent ahostsv4 "${host%%-*}-store" | cut -d ' ' -f 1 | head -n 1)
case $1 in
  # A hardware address that nobody answers to: so nothing comes back, not even an error.
  break) ip neigh replace "$storage" lladdr 02:00:00:00:00:fd dev host0 nud permanent ;;
  mend) ip neigh del "$storage" dev host0 2>/dev/null || true ;;
esac
