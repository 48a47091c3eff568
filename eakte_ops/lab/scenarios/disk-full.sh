# The disk of this host is filled for real, down to the last block. $1: break or mend.
set -eu
filler=/var/lib/lab-filler
case $1 in
  break)
    free=$(df --output=avail --block-size=1 / | tail -1)
    # What is left after fallocate (it needs room for its own records) is filled byte by byte.
    fallocate --length "$free" "$filler" 2>/dev/null ||
      { [ "$free" -gt 4194304 ] && fallocate --length $((free - 4194304)) "$filler"; } || true
    cat /dev/zero 2>/dev/null >>"$filler.rest" || true
    ;;
  mend)
    rm -f "$filler" "$filler.rest"
    # What died for want of room is started again, as local IT would do after making room.
    for unit in $(systemctl list-units --plain --no-legend --state=failed 'eakte-*' | cut -d' ' -f1); do
      systemctl reset-failed "$unit"
      systemctl start "$unit"
    done
    ;;
esac
