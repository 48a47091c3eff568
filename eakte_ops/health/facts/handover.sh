# shellcheck shell=sh
# In whose hands the machine is. $1: our own state; $2: what the town granted, where local IT says "done".
#   state <TAB> handover|hold|notice <TAB> seconds since 1970 <TAB> its line run=...     one that is set; of a plain file
#   done <TAB> seconds since 1970 <TAB> what local IT says
#   boot <TAB> id of this start of the machine
#   end <TAB> seconds since 1970
export LC_ALL=C
state=$1 granted=$2
for name in handover hold notice; do
  if changed=$(stat -c %Y -- "$state/$name" 2>/dev/null); then
    line=
    [ -f "$state/$name" ] && line=$(head -c 4000 -- "$state/$name" 2>/dev/null | grep -m 1 '^run=' | tr '\t' ' ')
    printf 'state\t%s\t%s\t%s\n' "$name" "$changed" "$line"
  fi
done
if changed=$(stat -c %Y -- "$granted/handover-done" 2>/dev/null); then
  line=
  [ -f "$granted/handover-done" ] && line=$(head -c 300 -- "$granted/handover-done" 2>/dev/null | head -n 1 | tr '\t' ' ')
  printf 'done\t%s\t%s\n' "$changed" "$line"
fi
boot=
read -r boot </proc/sys/kernel/random/boot_id
printf 'boot\t%s\n' "$boot"
printf 'end\t%s\n' "$(date +%s)"
