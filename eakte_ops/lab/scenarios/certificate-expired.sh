# The gateway shows a certificate that ended yesterday. $1: break or mend.
set -eu
pair=/etc/eakte/gateway
kept=/var/lib/lab-kept-certificate
case $1 in
  break)
    [ -e "$kept" ] || { cp -a "$pair/tls.crt" "$kept.part" && mv "$kept.part" "$kept"; }
    cp -a "$kept" "$pair/tls.part" # owner and mode as before
    library=$(find /usr/lib -name libfaketime.so.1)
    LD_PRELOAD=$library FAKETIME=-91d \
      openssl req -x509 -new -key "$pair/tls.key" -subj "/CN=$(hostname)" -days 90 >"$pair/tls.part"
    mv "$pair/tls.part" "$pair/tls.crt"
    ;;
  mend)
    # Whole or not at all: the disk may be full.
    [ ! -e "$kept" ] || { cp -a "$kept" "$pair/tls.part" && mv "$pair/tls.part" "$pair/tls.crt" && rm -f "$kept"; }
    ;;
esac
systemctl restart eakte-gateway.service
