# Somebody kept a copy in the gateway's configuration: it counts from the next start on. $1: break or mend.
set -eu
copy=/etc/eakte/gateway/config/application-prod-old.yml
case $1 in
  break) install -o eakte-ops -g eakte -m 0640 /etc/eakte/gateway/config/application-prod.yml "$copy" ;;
  mend) rm -f "$copy" ;;
esac
