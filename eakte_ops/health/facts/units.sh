# shellcheck shell=sh
# What the service manager says. $1: hold file; $2: stop switch; $3...: our units.
#   failed <TAB> unit            every failed unit of the machine
#   unit <TAB> Key=value         one block per unit of ours, in any order; an empty one ends a block
#   hold|stop <TAB> absent | TEXT of the first line <TAB> set         nothing but a plain file is read
#   end <TAB> status of the two questions
export LC_ALL=C SYSTEMD_COLORS=0
hold=$1 stop=$2
shift 2
failed=$(systemctl list-units --state=failed --plain --no-legend --no-pager --full) && first=0 || first=$?
printf '%s\n' "$failed" | awk 'NF { print "failed\t" $1 }'
second=0
if [ $# -gt 0 ]; then
  shown=$(systemctl show --no-pager --property=Id,LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts -- "$@") || second=$?
  printf '%s\n' "$shown" | awk '{ print "unit\t" $0 }'
fi
for each in hold stop; do
  [ "$each" = hold ] && file=$hold || file=$stop
  if [ -e "$file" ]; then
    said=
    [ -f "$file" ] && said=$(head -c 300 -- "$file" 2>/dev/null | head -n 1 | tr '\t' ' ')
    printf '%s\t%s\tset\n' "$each" "$said"
  else
    printf '%s\tabsent\n' "$each"
  fi
done
printf 'end\t%s\t%s\n' "$first" "$second"
