# shellcheck shell=sh
# Leaves the time of this look, by the server's own clock, in the file $1, for the town's own monitoring. It is never
# made here, and nothing but a plain file is written. It is written in place: whoever reads it finds it whole.
#   mark <TAB> written | absent | denied | failed <TAB> the time
export LC_ALL=C
file=$1
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
if [ -h "$file" ]; then
  said=failed
elif [ ! -e "$file" ]; then
  said=absent
elif [ ! -f "$file" ]; then
  said=failed
elif [ ! -w "$file" ]; then
  said=denied
elif { printf '%s\n' "$now" 1<>"$file"; } 2>/dev/null; then
  said=written
else
  said=failed
fi
printf 'mark\t%s\t%s\n' "$said" "$now"
