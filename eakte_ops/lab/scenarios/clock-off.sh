# Every program started from now on sees a clock that is an hour fast. $1: break or mend.
library=$(find /usr/lib -name libfaketime.so.1)
case $1 in
  break)
    echo '+3600' >/etc/faketimerc
    echo "$library" >/etc/ld.so.preload
    ;;
  mend) rm -f /etc/ld.so.preload /etc/faketimerc ;;
esac
