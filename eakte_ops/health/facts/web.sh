# shellcheck shell=sh
# GETs every address given, all at the same time, each with its own limit and cap. $1: seconds; $2: bytes; $3...: URLs.
# Bodies travel as base64 in short lines that carry their number: one write each, so that they do not mix.
#   NUMBER <TAB> base64 of: body, newline, HTTP status, blank, seconds, blank, curl's status
#   end
export LC_ALL=C
command -v curl >/dev/null || { printf 'no-curl\n'; exit 0; }
seconds=$1 bytes=$2
shift 2
number=0
for url in "$@"; do
  {
    {
      curl -q -s -k --noproxy '*' --max-time "$seconds" --connect-timeout "$seconds" -w '\n%{http_code} %{time_total}' -- "$url"
      printf ' %s' $?
    } 2>/dev/null | head -c "$bytes" | base64 -w 3000 | while IFS= read -r part || [ -n "$part" ]; do
      printf '%s\t%s\n' "$number" "$part"
    done
  } &
  number=$((number + 1))
done
wait
printf 'end\n'
