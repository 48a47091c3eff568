# A network share of the town that no longer answers: whoever touches it (df!) hangs in the kernel. $1: break or mend.
set -eu
place=/mnt/archive
unit=lab-hanging-mount.service
case $1 in
  break)
    # Not even `mkdir -p` may touch the place once it hangs.
    if ! systemctl is-active --quiet "$unit"; then
      mkdir -p "$place"
      [ -e /dev/fuse ] || mknod /dev/fuse c 10 229
      systemd-run --quiet --unit="$unit" --collect --property=Type=notify --property=NotifyAccess=main \
        --property=TimeoutStopSec=1 /usr/bin/python3 /run/lab-hanging-mount.py "$place"
    fi
    ;;
  mend)
    systemctl stop "$unit" 2>/dev/null || true
    # The end of the file system frees everybody who hangs; only then can it be unmounted.
    while grep -q " $place " /proc/mounts; do umount --lazy "$place"; done
    ;;
esac
