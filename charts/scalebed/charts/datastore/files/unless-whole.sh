#!/bin/sh
# Run a service's command on the template, unless that is whole.
set -eu
if [ -e "$STEPS/whole" ]; then
  exit 0
fi
exec "$@"
