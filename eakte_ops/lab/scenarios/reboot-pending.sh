# An update asked for a new start, and nobody made one. $1: break or mend.
set -eu
case $1 in
  break)
    printf 'linux-image-amd64\nlibc6\n' >/run/reboot-required.pkgs
    echo '*** System restart required ***' >/run/reboot-required
    ;;
  mend) rm -f /run/reboot-required /run/reboot-required.pkgs ;;
esac
