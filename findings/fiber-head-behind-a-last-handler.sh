#!/usr/bin/env bash
# Fiber 3.1.0 "auto-registers a HEAD route whenever you add a GET route", whose status "stays in sync". It appends them when
# the application starts, behind all that was registered: where a last handler answers what nobody else does, by Use or
# by All, as applications do for a 404 of their own, it answers HEAD of every address, too. In Fiber 2.52.15, GET
# registered HEAD in its place.
#
# Needs go.
#
# Seen:
#   3.1.0, no last handler: GET 200, HEAD 200
#   3.1.0, last handler by Use: GET 200, HEAD 404
#   3.1.0, last handler by All: GET 200, HEAD 404
#   2.52.15, last handler by Use: GET 200, HEAD 200
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
	"net/http"
	"net/http/httptest"

	before "github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v3"
)

func told(name string, ask func(*http.Request) (*http.Response, error)) {
	statuses := map[string]int{}
	for _, method := range []string{"GET", "HEAD"} {
		answer, err := ask(httptest.NewRequest(method, "/there", nil))
		if err != nil {
			panic(err)
		}
		statuses[method] = answer.StatusCode
	}
	fmt.Printf("%s: GET %d, HEAD %d\n", name, statuses["GET"], statuses["HEAD"])
}

func made(last func(*fiber.App)) func(*http.Request) (*http.Response, error) {
	app := fiber.New()
	app.Get("/there", func(c fiber.Ctx) error { return c.SendString("here") })
	last(app)
	return func(request *http.Request) (*http.Response, error) { return app.Test(request) }
}

func main() {
	missing := func(c fiber.Ctx) error { return c.SendStatus(fiber.StatusNotFound) }
	told("3.1.0, no last handler", made(func(*fiber.App) {}))
	told("3.1.0, last handler by Use", made(func(app *fiber.App) { app.Use(missing) }))
	told("3.1.0, last handler by All", made(func(app *fiber.App) { app.All("/*", missing) }))
	app := before.New()
	app.Get("/there", func(c *before.Ctx) error { return c.SendString("here") })
	app.Use(func(c *before.Ctx) error { return c.SendStatus(before.StatusNotFound) })
	told("2.52.15, last handler by Use", func(request *http.Request) (*http.Response, error) { return app.Test(request) })
}
GO
export GOPATH="$work/go" GOFLAGS=-mod=mod GOTOOLCHAIN=local
{ go mod init heads && go get github.com/gofiber/fiber/v3@v3.1.0 github.com/gofiber/fiber/v2@v2.52.15; } >log 2>&1 || { cat log; exit 2; }
said="$(go run .)"
echo "$said"
[[ "$said" == "$seen" ]]
