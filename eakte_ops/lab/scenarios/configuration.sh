# Somebody works on a configuration file by hand, as root. $1: break or mend; $2: edit, take or open; $3: the file.
# What runs does not notice before its next start.
set -eu
file=$3 kept=/var/lib/lab-kept-$2
case $1 in
  break)
    [ -e "$kept" ] || cp -p "$file" "$kept"
    case $2 in
      edit) { cat "$kept" && echo "# a longer time limit was tried here"; } >"$file" ;;
      take) rm -f "$file" ;;
      open) chmod 0666 "$file" ;;
    esac
    ;;
  mend)
    # What the file held, whose it was and its rights; its times stay those of the mending.
    [ ! -e "$kept" ] || { cp --preserve=mode,ownership "$kept" "$file" && rm -f "$kept"; }
    ;;
esac
