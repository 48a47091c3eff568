# A fault that the stand-in itself can play. $1: break or mend; $2: name of the fault; $3: its subject, may be empty.
set -eu
admin=/opt/eakte/current/bin/musterakte-admin
case $1 in
  break) runuser -u eakte -- "$admin" break "$2" ${3:+"$3"} ;;
  mend) runuser -u eakte -- "$admin" mend "$2" ;;
esac
