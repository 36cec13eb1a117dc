#!/usr/bin/env bash
# Measure the peers beside each other at saturation, part by part, into docs/results/peers-all:
#   benchmarks/peers.sh             # all of it
#   benchmarks/peers.sh json pools  # some of: saturation basics workers pools json redis starting images
# The machine must be quiet. `images` needs the images of ./scripts/airgap/images --service all.
set -euo pipefail
# shellcheck source=scripts/environment
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/environment"
cd "$SCALEBED_ROOT"
export PYTHONPATH="$SCALEBED_ROOT:$SCALEBED_ROOT/apps"
out=docs/results/peers-all
# What makes optimized and FastAPI ask the database the same as the core does, and the loop.
core=cache=off,pagination=offset,search=trigram
loop=hot=loop,server=uvicorn
# Go would run on two cores at once and be stopped by the quota.
peers=(nethttp=nethttp:procs=1 gin=gin:procs=1 fiber=fiber:procs=1 fastify express nestjs "fastapi=fastapi:$core"
  litestar quart flask bolt "django-loop=optimized:$core,$loop" "django=optimized:$core"
  "drf=naive:server=gthread,workers=1,threads=4,pool=on,indexes=on")

against() { # BASE NAME… → pairs that are compared
  local base="$1" name
  shift
  for name in "$@"; do printf -- '--compare\n%s\n%s\n' "$name" "$base"; done
}

# Parts of many arms are measured in short rounds.
brief=(--rounds 4 --warm 0.3 --seconds 1.2)

saturate() { # FOLDER, then what saturation.py takes
  local folder="$1"
  shift
  python benchmarks/saturation.py --contacts 10000 --out "$folder" "$@"
}

saturation() {
  mapfile -t pairs < <(
    against django nethttp fastify fastapi litestar django-loop flask bolt drf
    against nethttp gin fiber
    against fastify express
    against express nestjs
    against flask quart
    against fastapi litestar django-loop
  )
  saturate "$out/saturation" "${peers[@]}" --rounds 5 --seconds 3 "${pairs[@]}"
}

basics() {
  mapfile -t pairs < <(
    against django fiber gin nethttp express fastify nestjs fastapi litestar quart flask bolt django-loop drf
  )
  saturate "$out/basics" "${peers[@]}" --ask patch health json echo cpu "${brief[@]}" "${pairs[@]}"
}

workers() {
  local arms=() pairs=() more name n
  for n in 1 2 4 5; do
    arms+=("django-$n=optimized:$core,workers=$n" "fastapi-$n=fastapi:$core,server=gunicorn-uvicorn,workers=$n")
    for name in flask fastify express; do arms+=("$name-$n=$name:workers=$n"); done
  done
  for name in django fastapi flask fastify express; do
    mapfile -t more < <(against "$name-1" "$name-2" "$name-4" "$name-5")
    pairs+=("${more[@]}")
  done
  saturate "$out/workers" "${arms[@]}" "${brief[@]}" --cpu 1 --connections 16 "${pairs[@]}"
}

# One service after the other: every arm has eight sessions of Postgres, which has a hundred for all.
pools() {
  local arms pairs=() more name n work
  local -A served=(
    [django]="optimized:$core,server=gthread,threads=50" ["django-loop"]="optimized:$core,$loop"
    [express]=express: [fastapi]="fastapi:$core" [nethttp]=nethttp:procs=1
  )
  work="$(mktemp -d)"
  for name in django django-loop express fastapi nethttp; do
    arms=()
    for n in 5 10 20 50; do arms+=("$name-$n=${served[$name]},pool_size=$n"); done
    saturate "$work/$name" "${arms[@]}" "${brief[@]}" --cpu 0.5 --connections 50
    mapfile -t more < <(against "$name-5" "$name-10" "$name-20" "$name-50")
    pairs+=("${more[@]}")
  done
  mkdir -p "$out/pools"
  # The heading once.
  awk 'FNR > 1 || NR == 1' "$work"/*/saturation.csv >"$out/pools/saturation.csv"
  rm -rf "$work"
  python benchmarks/saturation.py --again "$out/pools" "${pairs[@]}"
}

json() {
  local arms=() pairs=() more name
  for name in nethttp gin fiber; do
    arms+=("$name-stdlib=$name:procs=1" "$name-sonic=$name:procs=1,json=sonic")
    mapfile -t more < <(against "$name-stdlib" "$name-sonic")
    pairs+=("${more[@]}")
  done
  for name in stdlib orjson msgspec; do arms+=("django-$name=optimized:$core,json=$name"); done
  for name in none pydantic msgspec; do arms+=("fastapi-$name=fastapi:$core,models=$name"); done
  mapfile -t more < <(
    against django-stdlib django-orjson django-msgspec
    against fastapi-none fastapi-pydantic fastapi-msgspec
  )
  pairs+=("${more[@]}")
  saturate "$out/json" "${arms[@]}" --ask list json echo "${brief[@]}" "${pairs[@]}"
}

redis() {
  local arms=() name
  for name in connections redis-py valkey-glide; do arms+=("$name=fastapi:redis=$name"); done
  mapfile -t pairs < <(against connections redis-py valkey-glide)
  saturate "$out/redis" "${arms[@]}" --rounds 6 --seconds 2 "${pairs[@]}"
}

starting() {
  python benchmarks/starting.py "${peers[@]}" --rounds 3 --out "$out"
}

images() {
  python benchmarks/images.py --out "$out"
}

[[ $# -gt 0 ]] || set -- saturation basics workers pools json redis starting images
for part in "$@"; do
  case "$part" in
    saturation | basics | workers | pools | json | redis | starting | images) "$part" ;;
    *) die "there is no part $part; they stand at the beginning of $0" ;;
  esac
done
