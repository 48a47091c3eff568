# shellcheck shell=sh
# Stores a small document, finds it, reads it and deletes it again, over the product's REST interface on this server.
# $1: address below which it answers; $2: user; $3: title of the document. PASSWORD: set before this text, not exported;
# it reaches curl on stdin alone.
#   step <TAB> name <TAB> HTTP status, 000 for none <TAB> curl's status <TAB> seconds since the step before
#   found <TAB> yes|no             whether the search gave it, and reading gave its title
#   end
# What an earlier trip left, because it was cut off, is deleted first: documents of exactly this title.
export LC_ALL=C
command -v curl >/dev/null || { printf 'no-curl\n'; exit 0; }
[ -n "$PASSWORD" ] || { printf 'no-secret\n'; exit 0; }
base=$1 user=$2 title=$3
quoted=$(printf '%s' "$user:$PASSWORD" | sed 's/[\\"]/\\&/g')
body='' code=000 fault=0
# $1: method; $2: path; $3: what is sent, if anything
ask() {
  body=$({
    printf 'user = "%s"\n' "$quoted" | curl -q -s --noproxy '*' --max-time 4 -K - -w '\n%{http_code}' -X "$1" \
      -H 'Content-Type: application/json' ${3:+--data-binary "$3"} -- "$base$2"
    printf ' %s' $?
  } 2>/dev/null | head -c 200000)
  # An answer that does not end is cut: then nothing of it counts.
  last=$(printf '%s\n' "$body" | tail -n 1)
  case $last in [0-9][0-9][0-9]' '*) code=${last% *} fault=${last#* } ;; *) code=000 fault=23 ;; esac
  body=$(printf '%s\n' "$body" | sed '$d' | head -c 20000)
}
before=$(date +%s.%N)
step() {
  now=$(date +%s.%N)
  printf 'step\t%s\t%s\t%s\t%s\n' "$1" "${code:-000}" "$fault" "$(echo "$before $now" | awk '{ printf "%.3f", $2 - $1 }')"
  before=$now
}
ids() {
  printf '%s' "$body" | grep -o "{\"id\": *\"[0-9A-F]\{8\}\", *\"title\": *\"$title\"}" | grep -o '"[0-9A-F]\{8\}"' |
    tr -d '"' | head -n 20
}
words=$(printf '%s' "$title" | sed 's/ /%20/g')
left=$(ask GET "/search?q=$words" && ids)
for id in $left; do ask DELETE "/documents/$id"; done
before=$(date +%s.%N)
ask POST /documents "{\"title\": \"$title\", \"pages\": [\"$title\"]}"
id=$(printf '%s' "$body" | grep -o '"id": *"[0-9A-F]\{8\}"' | head -n 1 | grep -o '[0-9A-F]\{8\}')
step store
[ -n "$id" ] || { printf 'end\n'; exit 0; }
trap 'ask DELETE "/documents/$id"' TERM HUP INT
found=no tries=0
while [ "$found" = no ] && [ "$tries" -lt 20 ]; do
  [ "$tries" -eq 0 ] || sleep 0.25
  tries=$((tries + 1))
  ask GET "/search?q=$words"
  case " $(ids | tr '\n' ' ') " in *" $id "*) found=yes ;; esac
  case $code in 2??) ;; *) break ;; esac
done
step find
printf 'found\t%s\n' "$found"
ask GET "/documents/$id"
case $body in *"\"$title\""*) ;; *) fault=${fault#0} fault=${fault:-99} ;; esac
step read
ask DELETE "/documents/$id"
step delete
printf 'end\n'
