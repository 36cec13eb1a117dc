#!/bin/sh
# Makes this service's own environment, of its own lock, in the folder that it is run in; python3 must be 3.12 or newer.
set -eu
python3 -m venv --clear environment
environment/bin/python -m pip install --quiet --require-hashes --no-deps --only-binary :all: --requirement requirements.lock
