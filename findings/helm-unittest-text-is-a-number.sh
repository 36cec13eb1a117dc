#!/usr/bin/env bash
# A chart that Helm 3.22.0 installs fails every test of helm-unittest 1.1.2, where an `enum` of its values.schema.json has a
# number and the same number as text, as it has where `--set switch=1` shall mean what a quoted "1" does. Both read schemas by
# santhosh-tekuri/jsonschema/v6, Helm by v6.0.3 and helm-unittest (and kubeconform 0.8.0) by v6.0.2, which takes the two
# for equal and refuses the schema itself; by `const` it tells them apart. JSON Schema (draft 7, 4.2.3) has no equal values
# of two types, and Python's jsonschema 4.26.0 takes the schema, too.
#
# Needs go.
#
# Seen:
#   v6.0.2: enum ["1", 1] refused: items at 0 and 1 are equal; const 1 takes "1": false
#   v6.0.3: enum ["1", 1] taken; const 1 takes "1": false
#   jsonschema 4.26.0: enum ["1", 1] taken
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOPATH="$work/go" GOFLAGS=-mod=mod GOTOOLCHAIN=local
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func read(text string) any {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return value
}

func compiled(text string) (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	if err := compiler.AddResource("schema.json", read(text)); err != nil {
		panic(err)
	}
	return compiler.Compile("schema.json")
}

func main() {
	said := "taken"
	if _, err := compiled(`{"enum": ["1", 1]}`); err != nil {
		_, why, _ := strings.Cut(err.Error(), "'/enum': ")
		said = "refused: " + why
	}
	one, err := compiled(`{"const": 1}`)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: enum [\"1\", 1] %s; const 1 takes \"1\": %v\n", os.Args[1], said, one.Validate(read(`"1"`)) == nil)
}
GO
told() {
  printf 'module finding\n\ngo 1.24\n\nrequire github.com/santhosh-tekuri/jsonschema/v6 %s\n' "$1" >go.mod
  rm -f go.sum
  go run . "$1" 2>/dev/null
}
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jsonschema==4.26.0
cat >taken.py <<'PYTHON'
from importlib.metadata import version

from jsonschema import Draft7Validator

Draft7Validator.check_schema({"enum": ["1", 1]})
print(f'jsonschema {version("jsonschema")}: enum ["1", 1] taken')
PYTHON
found="$(told v6.0.2 && told v6.0.3 && venv/bin/python taken.py)"
echo "$found"
[[ "$found" == "$seen" ]] || { echo "This has changed." >&2; exit 1; }
