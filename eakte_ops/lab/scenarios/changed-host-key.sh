# The host shows another key than the confirmed one, as after a new installation or an attack. $1: break or mend.
key=/etc/ssh/ssh_host_ed25519_key
kept=/etc/ssh/lab-kept
case $1 in
  break)
    [ -d "$kept" ] || { rm -rf "$kept.part" && mkdir -m 0700 "$kept.part" && cp -a "$key" "$key.pub" "$kept.part" && mv "$kept.part" "$kept"; }
    if cmp -s "$key" "$kept/ssh_host_ed25519_key"; then
      rm -f "$key.new" "$key.new.pub"
      ssh-keygen -q -t ed25519 -N '' -f "$key.new"
      mv "$key.new.pub" "$key.pub"
      mv "$key.new" "$key"
    fi
    ;;
  mend)
    [ ! -d "$kept" ] || { cp -a "$kept/." /etc/ssh/ && rm -rf "$kept"; }
    ;;
esac
systemctl restart ssh.service
