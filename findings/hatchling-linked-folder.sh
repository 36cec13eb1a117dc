#!/usr/bin/env bash
# hatchling 1.33.0: a source distribution follows symbolic links to folders and enters each folder once, whatever it is
# called. Where a link to a folder comes first, the folder is missing at its own place; where the link is excluded, it is
# missing altogether, and so is it from a wheel that is built of that archive. Nothing is said. skip-excluded-dirs, which
# is there for speed, brings it back.
#
# Seen:
#   linked, nothing excluded: data/first/values.txt
#   the link excluded: nothing
#   the link excluded, skip-excluded-dirs: data/whole/first/values.txt
# Exits with 1 if any of these lines differs.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hatchling==1.33.0
mkdir -p project/data/whole/first project/sample
cd project
touch sample/__init__.py
echo "a: 1" >data/whole/first/values.txt
ln -s whole/first data/first
held() { # WORDS OF [tool.hatch.build.targets.sdist]: where the archive has the file
  {
    printf '%s\n' '[build-system]' 'requires = ["hatchling"]' 'build-backend = "hatchling.build"'
    printf '%s\n' '[project]' 'name = "sample"' 'version = "1"' '[tool.hatch.build.targets.sdist]' "$@"
  } >pyproject.toml
  rm -rf "$work/dist"
  "$work/venv/bin/python" -m hatchling build -t sdist -d "$work/dist" >/dev/null 2>&1
  tar -tf "$work/dist/sample-1.tar.gz" | sed -n 's#^sample-1/\(data/.*values.txt\)$#\1#p' | sort | paste -sd ' ' | sed 's/^$/nothing/'
}
{
  echo "linked, nothing excluded: $(held)"
  echo "the link excluded: $(held 'exclude = ["/data/first"]')"
  echo "the link excluded, skip-excluded-dirs: $(held 'skip-excluded-dirs = true' 'exclude = ["/data/first"]')"
} | tee "$work/seen"
diff "$work/seen" - <<'SEEN'
linked, nothing excluded: data/first/values.txt
the link excluded: nothing
the link excluded, skip-excluded-dirs: data/whole/first/values.txt
SEEN
