#!/bin/sh
# Finishes the tree that all lab hosts share. $1: the root of the new tree. Run once by the image build.
set -eu
root=$1

# / is mounted by the lab, and nobody sits at the console.
for unit in systemd-remount-fs.service console-getty.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
for unit in systemd-networkd.service ssh.service lab-host-key.service lab-package-lists.timer; do
  chroot "$root" systemctl --quiet enable "$unit"
done
for unit in postgresql.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer logrotate.timer; do
  chroot "$root" systemctl --quiet disable "$unit" 2>/dev/null || true
done
chroot "$root" pg_dropcluster 15 main 2>/dev/null || true

# What is known of newer packages comes from the lab's own folder and from nowhere else.
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin
rm -f "$root"/etc/apt/sources.list.d/*
chroot "$root" sh /usr/local/lib/lab-packages.sh

# Every host is somebody else: own host key, own machine id.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
