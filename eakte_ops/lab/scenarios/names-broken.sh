# The name server in resolv.conf does not live any more: what is asked there gets no answer. $1: break or mend.
set -eu
dead=192.0.2.254
case $1 in
  break)
    # A hardware address that nobody answers to: so nothing comes back, not even an error.
    ip route replace "$dead/32" dev host0
    ip neigh replace "$dead" lladdr 02:00:00:00:00:fe dev host0 nud permanent
    printf 'nameserver %s\n' "$dead" >/etc/resolv.conf
    ;;
  mend)
    rm -f /etc/resolv.conf
    ip neigh del "$dead" dev host0 2>/dev/null || true
    ip route del "$dead/32" dev host0 2>/dev/null || true
    ;;
esac
