# This server alone is set on another release, as after an update that was broken off. $1: break or mend.
# What runs goes on: the other release is the same programs under another name.
set -eu
cd /opt/eakte
kept=/var/lib/lab-kept-release
case $1 in
  break)
    [ -s "$kept" ] || readlink current >"$kept"
    [ -d releases/11.10 ] || { rm -rf releases/11.10.part && cp -a "$(cat "$kept")" releases/11.10.part && mv -T releases/11.10.part releases/11.10; }
    ln -sfn releases/11.10 current
    ;;
  mend)
    [ ! -s "$kept" ] || { ln -sfn "$(cat "$kept")" current && rm -rf releases/11.10 releases/11.10.part && rm -f "$kept"; }
    ;;
esac
