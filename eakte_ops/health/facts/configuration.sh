# shellcheck shell=sh
# What became of the configuration files that were placed here. $1: folder of our own state, with the note of what was
# placed (eakte_ops/config/record.py); $2...: the files. One stat and one sha256sum for all of them; nothing but a plain
# file of bounded size is read, no link is followed, and no path that the note alone names is touched.
#   no-stat                                      it is missing, or not the one that is needed
#   file <TAB> mode, owner, group, size, inode, modified, changed <TAB> kind <TAB> path     the note is among them
#   gone <TAB> absent|denied <TAB> seconds since 1970 at which its folder changed, or nothing <TAB> path
#   more <TAB> path                              an access list gives more rights on it than its mode says
#   plain|keyed <TAB> SHA-256 <TAB> path         as the note has it; keyed only where who asks may read the key
#   logins <TAB> known|unknown <TAB> seconds     since 1970; only of moments at which something changed
#   login <TAB> seconds <TAB> account <TAB> from where, - for the console
#   end <TAB> ok|absent|denied|odd|long          of the note; all that follows is the note itself
export LC_ALL=C TZ=UTC
tab=$(printf '\t')
nl='
'
state=$1 placed=$1/placed key=$1/placed.key most=1048576 longest=65536
shift
seen=$(stat --printf 'file\t%a\t%U\t%G\t%s\t%i\t%.9Y\t%.9Z\t%F\t%n\n' -- / "$placed" "$@" 2>/dev/null)
case $seen$nl in
  *"$tab/$nl"*) printf '%s\n' "$seen" ;;
  *) echo no-stat && exit ;;
esac

note='' mark=absent
case $seen$nl in
  *"$tab$placed$nl"*) mark=odd && [ -f "$placed" ] && [ ! -h "$placed" ] && mark=denied && [ -r "$placed" ] && mark=ok ;;
  *) [ -x "$state" ] || mark=denied ;;
esac
if [ "$mark" = ok ]; then
  note=$(head -c $((longest + 1)) -- "$placed" && echo .) && note=${note%?}
  [ "${#note}" -le "$longest" ] || note='' mark=long
fi

moments=
at() {
  case " $moments " in
    *" $1 "*) ;;
    *) moments="$moments $1" ;;
  esac
}
for file; do
  case $seen$nl in
    *"$tab$file$nl"*) continue ;;
  esac
  above=${file%/*} said=denied changed=
  until [ -d "${above:-/}" ]; do above=${above%/*}; done
  if [ -x "${above:-/}" ]; then
    said=absent
    [ "$above" = "${file%/*}" ] && changed=$(stat -c %Y -- "${above:-/}") && at "$changed"
  fi
  printf 'gone\t%s\t%s\t%s\n' "$said" "$changed" "$file"
done

# What is not in the note can be compared with nothing, so it is not read.
set --
while IFS=$tab read -r _ mode owner group size inode modified changed kind path; do
  case $nl$note in
    *"$nl$path$tab"*) line=${note#*"$nl$path$tab"} ;;
    *) continue ;;
  esac
  line=${line%%"$nl"*}
  if [ "${kind#regular}" != "$kind" ] && [ "$size" -le "$most" ] && [ -f "$path" ] && [ ! -h "$path" ] && [ -r "$path" ]; then
    case $line in
      plain*) set -- "$@" "$path" ;;
      keyed*)
        if [ -f "$key" ] && [ ! -h "$key" ] && [ -r "$key" ]; then
          sum=$(cat -- "$key" "$path" | sha256sum)
          printf 'keyed\t%s\t%s\n' "${sum%% *}" "$path"
        fi
        ;;
    esac
  fi
  case $line in
    *"$tab$mode$tab$owner$tab$group$tab$size$tab$inode$tab$modified$tab$changed$tab"*) continue ;;
  esac
  case $(ls -ld -- "$path") in
    ??????????+*) printf 'more\t%s\n' "$path" ;;
  esac
  # When it was written, if that can be true and is not what it was before; and when anything was done to it.
  when=${line%"$tab"*}
  case $line in
    *"$tab$modified$tab"*) ;;
    *) [ "${modified%.*}" -ge "${when##*"$tab"}" ] && [ "${modified%.*}" -le "${changed%.*}" ] && at "${modified%.*}" ;;
  esac
  at "${changed%.*}"
done 2>/dev/null <<END
$seen
END
if [ $# -gt 0 ]; then
  sums=$(sha256sum -- "$@" 2>/dev/null)
  while read -r sum path; do
    [ -z "$sum" ] || printf 'plain\t%s\t%s\n' "$sum" "$path"
  done <<END
$sums
END
fi

# Who was there then, by the record of logins with a terminal, as far back as that goes.
logins() {
  said=$(timeout -s KILL 1 last -i -w -p "$(date -d "@$1" +%Y%m%d%H%M%S)" | head -c 20000)
  begin=$(printf '%s\n' "$said" | sed -n 's/^[a-z]*tmp begins //p')
  [ -n "$begin" ] && [ "$(date -d "$begin" +%s)" -le "$1" ] || return
  printf 'logins\tknown\t%s\n' "$1"
  printf '%s\n' "$said" | awk -v moment="$1" '
    NF < 4 || /^[a-z]*tmp begins / || $1 ~ /^(reboot|shutdown|runlevel)$/ { next }
    { print "login\t" moment "\t" $1 "\t" ($3 == "0.0.0.0" ? "-" : $3); if (++n == 10) exit }'
}
count=0
for moment in $moments; do
  [ $((count += 1)) -le 4 ] || break
  logins "$moment" 2>/dev/null || printf 'logins\tunknown\t%s\n' "$moment"
done
printf 'end\t%s\n' "$mark"
printf %s "$note"
