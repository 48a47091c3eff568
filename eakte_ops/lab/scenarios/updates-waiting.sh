# A newer openssl stands in the distribution's security archive, and nobody installs it. $1: break or mend.
set -eu
list=/srv/lab-packages/Packages
case $1 in
  break)
    cat >"$list" <<END
Package: openssl
Version: 99.0-1+lab1
Architecture: $(dpkg --print-architecture)
Maintainer: lab
Filename: ./openssl.deb
Size: 1
SHA256: $(printf %064d 0)
Description: newer than the one that is installed

END
    ;;
  mend) : >"$list" ;;
esac
sh /usr/local/lib/lab-packages.sh
