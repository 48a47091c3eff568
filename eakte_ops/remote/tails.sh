# shellcheck shell=sh
# The newest part of the text files below a folder. Reads only what is a file itself, never through a link.
# $1 folder, $2 bytes of one file, $3 bytes of all, $4 most files, $5 seconds since 1970 after which a file was written (0:
# any; then also what was put aside and compressed), $6 a line for the system journal, written before anything is read.
#   silent                                     the line could not be written, so nothing was read
#   zone <TAB> name <TAB> offset               of this machine
#   absent | closed                            no such folder; it may not be read
#   odd <TAB> n                                files whose names hold control characters
#   file <TAB> size <TAB> changed <TAB> base64 of its name <TAB> read|closed|broken|left <TAB> n <TAB> base64
#                                              of the last n + 1 bytes: with fewer than that it is the whole file
#   end
export LC_ALL=C
umask 077
[ -z "$6" ] || timeout 5 logger -t eakte-ops -- "$6" || { echo silent; exit; }
zone=$(readlink -f /etc/localtime)
printf 'zone\t%s\t%s\n' "${zone#*/zoneinfo/}" "$(date +%z)"
[ -d "$1" ] || { echo absent; exit; }
{ cd "$1" && ls . >/dev/null; } 2>/dev/null || { echo closed; exit; }
odd=$(find . -xdev -type f -name '*[[:cntrl:]]*' -printf x 2>/dev/null | head -c 9999 | wc -c)
[ "$odd" -eq 0 ] || printf 'odd\t%s\n' "$odd"
if [ "$5" -gt 0 ]; then
  found() { find . -xdev -type f ! -path '*[[:cntrl:]]*' -newermt "@$5" -printf '%T@\t%s\t%P\n'; }
else
  found() { find . -xdev -type f ! -path '*[[:cntrl:]]*' ! -name '*.gz' -printf '%T@\t%s\t%P\n'; }
fi
tab=$(printf '\t') left=$3 number=0
found "$@" 2>/dev/null | sort -rn | head -n 500 | while IFS="$tab" read -r changed size name; do
  number=$((number + 1))
  what=read data=''
  most=$2
  [ "$most" -le "$left" ] || most=$left
  if [ "$number" -gt "$4" ] || [ "$most" -le 0 ]; then
    what=left
  elif [ ! -r "$name" ] || [ -L "$name" ]; then
    what=closed
  else
    case $name in
      *.gz)
        data=$(gzip -cd -- "$name" 2>/dev/null | tail -c "$((most + 1))" | base64 -w 0)
        [ -n "$data" ] || [ "$size" -eq 0 ] || what=broken
        ;;
      *) data=$(tail -c "$((most + 1))" -- "$name" | base64 -w 0) ;;
    esac
    left=$((left - ${#data} * 3 / 4))
  fi
  printf 'file\t%s\t%s\t%s\t%s\t%s\t%s\n' "$size" "${changed%.*}" "$(printf %s "$name" | base64 -w 0)" "$what" "$most" "$data"
done
echo end
