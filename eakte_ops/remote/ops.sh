# What jobs.sh, townlock.sh and mirror.sh share. Sent with every call, never installed, so that there is no version skew.
# All of it lies in /var/lib/eakte-ops and belongs to eakte-ops; whoever changes something holds ops.flock.
PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin
cd /var/lib/eakte-ops || exit 9
umask 027

# The lock of this folder, on fd 9 until `unlock`. Only short things are done under it.
lock() {
  exec 9<ops.flock || return 9
  flock -w 15 9 || { echo 'ops.flock is held by another process on this server' >&2; return 9; }
}
unlock() { exec 9<&-; }

# The fence token of the town in force here; 0: none was ever raised.
token() { cat lock/token 2>/dev/null || echo 0; }

# $1: a file -> its first line, 300 bytes at most
first() { head -c 300 "$1" 2>/dev/null | head -n 1; }

# $1: a name, $2: a text -> a file of that content, whole or not at all, on disk
put() {
  if printf '%s\n' "$2" >"$1.new" && sync "$1.new" && mv -fT "$1.new" "$1" && sync "${1%/*}"; then return; fi
  rm -f "$1.new"
  return 9
}

# $1: one line for the system journal of the town, which keeps it; fails where it can not be written
log() { timeout 5 logger -t eakte-ops -- "$1"; }
