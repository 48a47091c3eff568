# A file system that /etc/fstab wants writable is mounted read-only, as a kernel leaves it after an error of its disk.
# $1: break or mend.
set -eu
disk=/var/lib/lab-archive.img place=/srv/archive
mounted() { grep -q " $place " /proc/mounts; }
case $1 in
  break)
    mounted && exit 0
    mkdir -p "$place"
    rm -f "$disk" && truncate -s 16M "$disk" && mkfs.ext4 -q -m 0 "$disk"
    grep -q " $place " /etc/fstab 2>/dev/null || echo "$disk $place ext4 loop 0 2" >>/etc/fstab
    # The host has no devices of its own for this; they are made as local IT's virtualisation would give it a disk.
    [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
    free=$(losetup -f)
    [ -e "$free" ] || mknod "$free" b 7 "${free#/dev/loop}"
    mount -t ext4 -o ro,loop="$free" "$disk" "$place"
    ;;
  mend)
    while mounted; do umount "$place"; done
    sed -i "\\| $place |d" /etc/fstab
    rm -f "$disk"
    rmdir "$place" 2>/dev/null || true
    ;;
esac
