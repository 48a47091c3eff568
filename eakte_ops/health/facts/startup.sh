# shellcheck shell=sh
# The last line of each file given: a program writes there how its start ended. Nothing but a plain file is read: what
# lies there belongs to the product, and whoever opens a pipe or a device waits for it.
#   file <TAB> ok|unreadable|absent <TAB> path <TAB> line
export LC_ALL=C
for file in "$@"; do
  if [ -f "$file" ] && [ -r "$file" ]; then
    printf 'file\tok\t%s\t%s\n' "$file" "$(tail -c 4000 -- "$file" | awk 'NF { last = $0 } END { print last }' | tr '\t' ' ')"
  elif [ -e "$file" ] || [ ! -x "$(dirname -- "$file")" ]; then
    printf 'file\tunreadable\t%s\t\n' "$file"
  else
    printf 'file\tabsent\t%s\t\n' "$file"
  fi
done
printf 'end\n'
