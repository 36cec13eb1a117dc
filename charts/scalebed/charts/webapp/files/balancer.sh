#!/bin/sh
# Tell nginx, which does not read resolv.conf, where the pod looks up names; then become it.
set -eu
servers="$(awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2) }' /etc/resolv.conf | tr '\n' ' ')"
echo "resolver ${servers}valid=${RESOLVE_SECONDS}s ipv6=${IPV6}; resolver_timeout 5s;" >/tmp/resolver.conf
exec nginx -e stderr -c /etc/balancer/nginx.conf
