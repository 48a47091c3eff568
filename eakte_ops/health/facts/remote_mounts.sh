# shellcheck shell=sh
# Whether every remote file system answers. $1: seconds each one gets. All are asked at the same time.
# A process that asks a dead server can not always be killed (state D), so where one of ours still hangs in the same
# path nobody asks again; and nothing is read from a pipe which such a process could keep open.
#   mount <TAB> type <TAB> ok | hangs | still-hangs | denied | fails <TAB> path as in /proc/mounts
export LC_ALL=C
tab=$(printf '\t')

hanging() { # path -> status 0 if an earlier question of ours hangs in it
  for process in /proc/[0-9]*; do
    [ -O "$process" ] || continue
    read -r state 2>/dev/null <"$process/stat" || continue
    case $state in *"(stat) D "*) ;; *) continue ;; esac
    [ "$(tr '\0' '\n' 2>/dev/null <"$process/cmdline" | tail -n 1)" = "$1" ] && return 0
  done
  return 1
}

probe() { # type, path as in /proc/mounts, seconds
  path=$(printf '%b.' "$(printf '%s\n' "$2" | sed 's/\\/\\0/g')")
  path=${path%.}
  if hanging "$path"; then
    said=still-hangs
  else
    timeout -s KILL "$3" stat -f -c %b -- "$path" >/dev/null 2>&1 </dev/null
    case $? in
      0) said=ok ;;
      137) said=hangs ;;
      *) # It answered at once, so asking for its words is safe as far as that goes; the limit holds anyway.
        case $(timeout -s KILL "$3" stat -f -c %b -- "$path" 2>&1 </dev/null) in
          *'Permission denied'*) said=denied ;;
          *) said=fails ;;
        esac ;;
    esac
  fi
  printf 'mount\t%s\t%s\t%s\n' "$1" "$said" "$2"
}

mounts=$(awk -v OFS='\t' '
  $3 ~ /^(nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|afs|9p|lustre|davfs|beegfs|ocfs2|gfs2|fuse|fuse\..*)$/ &&
  $3 !~ /^fuse\.(lxcfs|portal|gvfsd-fuse|snapfuse)$/ && $2 !~ /\\012/ { print $3, $2 }' /proc/mounts | head -n 32)
while IFS=$tab read -r type path; do
  [ -n "$type" ] && probe "$type" "$path" "$1" &
done <<END
$mounts
END
wait
printf 'end\n'
