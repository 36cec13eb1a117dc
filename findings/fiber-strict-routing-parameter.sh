#!/usr/bin/env bash
# Fiber 3.1.0: with StrictRouting, "the router treats /foo and /foo/ as different". For a pattern whose last part before the
# slash is a parameter it does not: /items/:id/ takes /items/1, also with a constraint on the parameter. The other way
# round it is strict, and so are patterns without a parameter at their end.
#
# Needs go.
#
# Seen:
#   /items/ takes /items/
#   /items/:id takes /items/1
#   /items/:id/ takes /items/1 and /items/1/
#   /items/:id<int>/ takes /items/1 and /items/1/
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/gofiber/fiber/v3"
)

func main() {
	for _, pattern := range []string{"/items/", "/items/:id", "/items/:id/", "/items/:id<int>/"} {
		app := fiber.New(fiber.Config{StrictRouting: true})
		app.Get(pattern, func(c fiber.Ctx) error { return c.SendStatus(fiber.StatusOK) })
		var taken []string
		for _, path := range []string{"/items", "/items/", "/items/1", "/items/1/"} {
			answer, err := app.Test(httptest.NewRequest("GET", path, nil))
			if err != nil {
				panic(err)
			}
			if answer.StatusCode == fiber.StatusOK {
				taken = append(taken, path)
			}
		}
		fmt.Printf("%s takes %s\n", pattern, strings.Join(taken, " and "))
	}
}
GO
export GOPATH="$work/go" GOFLAGS=-mod=mod GOTOOLCHAIN=local
{ go mod init strict && go get github.com/gofiber/fiber/v3@v3.1.0; } >log 2>&1 || { cat log; exit 2; }
said="$(go run .)"
echo "$said"
[[ "$said" == "$seen" ]]
