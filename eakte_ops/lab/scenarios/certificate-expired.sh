# The gateway shows a certificate that ended yesterday. $1: break or mend.
pair=/etc/eakte/gateway
kept=/var/lib/lab-kept-certificate
case $1 in
  break)
    [ -e "$kept" ] || { cp -a "$pair/tls.crt" "$kept.part" && mv "$kept.part" "$kept"; }
    library=$(find /usr/lib -name libfaketime.so.1)
    LD_PRELOAD=$library FAKETIME=-91d \
      openssl req -x509 -new -key "$pair/tls.key" -subj "/CN=$(hostname)" -days 90 -out "$kept.new"
    cat "$kept.new" >"$pair/tls.crt"
    rm -f "$kept.new"
    ;;
  mend)
    [ ! -e "$kept" ] || { cat "$kept" >"$pair/tls.crt" && rm -f "$kept"; }
    ;;
esac
systemctl restart eakte-gateway.service
