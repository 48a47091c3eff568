# The host shows another key than the confirmed one, as after a new installation or an attack. $1: break or mend.
set -eu
key=/etc/ssh/ssh_host_ed25519_key
kept=/etc/ssh/lab-kept
case $1 in
  break)
    if [ ! -d "$kept" ]; then
      rm -rf "$kept.part"
      mkdir -m 0700 "$kept.part"
      cp -a "$key" "$key.pub" "$kept.part"
      mv "$kept.part" "$kept"
    fi
    if cmp -s "$key" "$kept/ssh_host_ed25519_key"; then
      rm -f "$key.new" "$key.new.pub"
      ssh-keygen -q -t ed25519 -N '' -f "$key.new"
      mv "$key.new.pub" "$key.pub"
      mv "$key.new" "$key"
    fi
    ;;
  mend)
    if [ -d "$kept" ]; then
      for file in "$key" "$key.pub"; do
        cp -a "$kept/${file##*/}" "$file.part"
        mv "$file.part" "$file"
      done
      rm -rf "$kept"
    fi
    ;;
esac
systemctl restart ssh.service
