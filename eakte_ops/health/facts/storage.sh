# shellcheck shell=sh
# Space and inodes of every local file system. A remote one is never touched, nor anything mounted below one:
# each path is asked by itself (df would stat what it does not need).
#   mount <TAB> type <TAB> ro|rw <TAB> path as in /proc/mounts
#   space <TAB> block size, blocks, free, available, inodes, free inodes <TAB> path
#   fstab <TAB> ro|rw <TAB> path            as it is meant to be mounted
export LC_ALL=C
tab=$(printf '\t')
awk -v OFS='\t' '
  $3 ~ /^(nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|afs|9p|lustre|davfs|beegfs|ocfs2|gfs2|autofs|fuse|fuse\..*)$/ { far[$2] = 1; next }
  $3 ~ /^(ext2|ext3|ext4|xfs|btrfs|zfs|f2fs|jfs|reiserfs|bcachefs|vfat|fuseblk|tmpfs|overlay)$/ {
    if ($3 == "overlay" && $2 != "/") next
    if ($2 ~ /^\/(dev|sys|proc|run\/(user|credentials|lock|host|systemd))(\/|$)/ || $2 ~ /\\012/) next
    if ($1 ~ /^\// && seen[$1]++) next
    type[++n] = $3; path[n] = $2; mode[n] = ($4 ~ /(^|,)ro(,|$)/) ? "ro" : "rw"
  }
  END {
    for (i = 1; i <= n; i++) {
      below = 0
      for (f in far) if (f != "/" && index(path[i] "/", f "/") == 1) below = 1
      if (!below) print "mount", type[i], mode[i], path[i]
    }
  }' /proc/mounts | while IFS= read -r line; do
  printf '%s\n' "$line"
  # /proc/mounts writes a blank as \040; printf %b wants \0040.
  path=$(printf '%b.' "$(printf '%s\n' "${line##*"$tab"}" | sed 's/\\/\\0/g')")
  figures=$(stat -f -c '%S %b %f %a %c %d' -- "${path%.}" 2>/dev/null) && printf 'space\t%s\t%s\n' "$figures" "${line##*"$tab"}"
done
[ -r /etc/fstab ] && awk '
  $1 !~ /^#/ && $2 ~ /^\// { print "fstab\t" (($4 ~ /(^|,)ro(,|$)/) ? "ro" : "rw") "\t" $2; if (++n == 200) exit }' /etc/fstab
printf 'end\n'
