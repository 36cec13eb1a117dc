package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/recover"

	"scalebed/core/contract"
	"scalebed/core/service"
)

const (
	// idleFor is longer than a balancer keeps a connection that it does not use.
	idleFor = 75 * time.Second
	// headerBytes is how long a request's headers may be; each connection that is in use has a buffer of as much.
	headerBytes = 32 * 1024
	everything  = "/*"
)

type api struct {
	*service.Service
	scrape http.Handler
}

func (a *api) app() *fiber.App {
	app := fiber.New(fiber.Config{
		// An address has one spelling, but for letters that are percent-encoded.
		StrictRouting: true,
		CaseSensitive: true,
		UnescapePath:  true,

		BodyLimit: int(a.Contract.LargestBody),
		// Whatever the media type, a body is for the handlers to read.
		DisablePreParseMultipartForm: true,

		ReadBufferSize: headerBytes,
		IdleTimeout:    idleFor,
		ErrorHandler:   a.refuse,
		JSONEncoder:    a.Codec.Marshal,
	})
	app.Use(a.measured, recover.New(), secured)

	nothing, query, body := a.admits(false, false), a.admits(true, false), a.admits(false, true)
	group := app.Group("/api")
	// Fiber's own routes for HEAD come after all others, and so after the one for everything.
	reads := func(path string, first any, handlers ...any) {
		group.Add([]string{fiber.MethodGet, fiber.MethodHead}, path, first, handlers...)
	}
	reads("/contacts/", query, a.list)
	group.Post("/contacts/", body, a.create)
	reads("/contacts/stats/", nothing, a.stats)
	group.Post("/contacts/transfer/", body, a.transfer)
	reads("/contacts/:id/", a.identified, nothing, a.read)
	group.Patch("/contacts/:id/", a.identified, body, a.change)
	group.Delete("/contacts/:id/", a.identified, nothing, a.remove)
	group.Post("/auth/token/", body, a.token)
	reads("/auth/me/", nothing, a.me)
	reads("/basics/json/", query, a.items)
	group.Post("/basics/echo/", body, a.echo)
	reads("/basics/cpu/", query, a.primes)

	app.Get("/healthz", a.healthy)
	app.Get("/readyz", a.ready)
	app.Get("/metrics", adaptor.HTTPHandler(a.scrape))
	app.All(everything, a.unmatched)
	return app
}

// admits lets those requests through that bring what they may: a query that is read, or a body, which has to be JSON.
func (a *api) admits(query, body bool) fiber.Handler {
	return func(c fiber.Ctx) error {
		if err := a.Admit(c.Get(fiber.HeaderHost), queryOf(c), c.Get(fiber.HeaderContentType), query, body); err != nil {
			return err
		}
		return c.Next()
	}
}

// identified lets those addresses through whose id is one, and that end in a slash: of a pattern whose last part but that is
// a parameter, Fiber's strict routing takes an address without it.
func (a *api) identified(c fiber.Ctx) error {
	id, known := contract.ID(c.Params("id"))
	if !known || !strings.HasSuffix(c.Path(), "/") {
		return a.unmatched(c)
	}
	fiber.Locals(c, contactID, id)
	return c.Next()
}

// unmatched answers an address that nobody knows, or a method that it does not.
func (a *api) unmatched(c fiber.Ctx) error {
	fiber.Locals(c, unmatchedRoute, true)
	if methods := a.Contract.Methods(c.Path()); methods != "" {
		c.Set(fiber.HeaderAllow, methods)
		return a.Contract.NotAllowed(c.Method())
	}
	return a.Contract.NotFound()
}

// measured counts every answer, also that to an error.
func (a *api) measured(c fiber.Ctx) error {
	began := time.Now()
	if err := c.Next(); err != nil {
		if err := a.refuse(c, err); err != nil {
			return err
		}
	}
	route := strings.Replace(c.Route().Path, ":id", "{id}", 1)
	if route == everything || fiber.Locals[bool](c, unmatchedRoute) {
		route = service.Unmatched
	}
	// The method lies in the request's buffer, which the next request has, and the metrics keep it.
	a.Metrics.Record(strings.Clone(c.Method()), route, c.Response().StatusCode(), time.Since(began))
	return nil
}

func secured(c fiber.Ctx) error {
	for _, each := range service.Headers {
		c.Set(each[0], each[1])
	}
	return c.Next()
}
