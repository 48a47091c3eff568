# A program opens one connection to the database after the other and gives none back. $1: break or mend.
set -eu
unit=lab-connections.service
case $1 in
  break)
    systemctl is-active --quiet "$unit" ||
      systemd-run --quiet --unit="$unit" --collect --uid=eakte --property=Type=notify --property=NotifyAccess=main \
        /usr/bin/python3 /run/lab-connections.py 50
    ;;
  mend) systemctl stop "$unit" 2>/dev/null || true ;;
esac
