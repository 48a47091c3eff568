# shellcheck shell=sh
# What lies on the server's disks of the product and of our own work. $1: link to the current release; $2: folder of the
# releases; $3: configuration; $4: logs; $5: our own state; $6...: folders of which every .yml counts.
#   current <TAB> ok|absent <TAB> where the link leads
#   place <TAB> ok|denied|absent <TAB> folder              of $2 and $6...
#   release <TAB> seconds since 1970 <TAB> name            everything in $2
#   rest <TAB> seconds since 1970 <TAB> path               what was left unfinished below $3
#   yml <TAB> folder <TAB> path in it
#   log <TAB> component <TAB> bytes
#   state <TAB> name <TAB> seconds since 1970 <TAB> its line run=...
#   end <TAB> seconds since 1970
export LC_ALL=C
current=$1 releases=$2 configuration=$3 logs=$4 state=$5
shift 5
if [ -L "$current" ]; then
  printf 'current\tok\t%s\n' "$(readlink -- "$current" | tr '\t' ' ')"
else
  printf 'current\tabsent\t\n'
fi
# A folder in it that can not be read hides something, too: then the whole place is denied.
look() {
  where=$1 mark=denied
  shift
  [ -e "$where" ] || mark=absent
  if [ -d "$where" ] && find "$where" "$@" 2>/dev/null; then mark=ok; fi
  printf 'place\t%s\t%s\n' "$mark" "$where"
}
look "$releases" -mindepth 1 -maxdepth 1 -printf 'release\t%T@\t%f\n'
for folder in "$@"; do
  look "$folder" -name '*.yml' ! -type d -printf "yml\t$folder\t%P\n"
done
find "$configuration" -maxdepth 4 \( -name '*.new' -o -name '*.part' \) -printf 'rest\t%T@\t%p\n' 2>/dev/null
{
  find "$logs" -mindepth 1 -maxdepth 1 -type d -readable -printf '%f\t0\n'
  find "$logs" -mindepth 2 -maxdepth 4 -type f -printf '%P\t%s\n'
} 2>/dev/null |
  awk -F '\t' '{ sub("/.*", "", $1); bytes[$1] += $2 } END { for (name in bytes) printf "log\t%s\t%.0f\n", name, bytes[name] }'
for name in hold notice paused; do
  if changed=$(stat -c %Y -- "$state/$name" 2>/dev/null); then
    line=
    [ -f "$state/$name" ] && line=$(head -c 4000 -- "$state/$name" 2>/dev/null | grep -m 1 '^run=' | tr '\t' ' ')
    printf 'state\t%s\t%s\t%s\n' "$name" "$changed" "$line"
  fi
done
printf 'end\t%s\n' "$(date +%s)"
