# A unit is stopped and stays so. $1: break or mend; $2: the unit.
set -eu
case $1 in
  break) systemctl stop "$2" ;;
  mend) systemctl start "$2" ;;
esac
