package main

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v3"

	"scalebed/core/contract"
	"scalebed/core/service"
)

type local int

// What handlers hand on to each other.
const (
	contactID local = iota
	unmatchedRoute
)

// queryOf is a request's query as it was sent. Like all that comes from the request, it is valid until the answer.
func queryOf(c fiber.Ctx) string { return string(c.Request().URI().QueryString()) }

func (a *api) list(c fiber.Ctx) error {
	page, err := a.List(c.Context(), "http://"+c.Get(fiber.HeaderHost)+c.Path(), queryOf(c))
	return give(c, http.StatusOK, page, err)
}

func (a *api) create(c fiber.Ctx) error {
	made, err := a.Create(c.Context(), c.BodyRaw())
	return give(c, http.StatusCreated, made, err)
}

func (a *api) read(c fiber.Ctx) error {
	found, err := a.Contact(c.Context(), fiber.Locals[int64](c, contactID))
	return give(c, http.StatusOK, found, err)
}

func (a *api) change(c fiber.Ctx) error {
	changed, err := a.Change(c.Context(), fiber.Locals[int64](c, contactID), c.BodyRaw())
	return give(c, http.StatusOK, changed, err)
}

func (a *api) remove(c fiber.Ctx) error {
	if err := a.Remove(c.Context(), fiber.Locals[int64](c, contactID)); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (a *api) stats(c fiber.Ctx) error {
	stats, err := a.Stats(c.Context())
	return give(c, http.StatusOK, stats, err)
}

func (a *api) transfer(c fiber.Ctx) error {
	moved, err := a.Transfer(c.Context(), c.BodyRaw())
	return give(c, http.StatusOK, moved, err)
}

func (a *api) token(c fiber.Ctx) error {
	pair, err := a.Token(c.Context(), c.BodyRaw())
	return give(c, http.StatusOK, pair, err)
}

func (a *api) me(c fiber.Ctx) error {
	me, err := a.Me(c.Get(fiber.HeaderAuthorization))
	return give(c, http.StatusOK, me, err)
}

func (a *api) items(c fiber.Ctx) error {
	items, err := a.Items(queryOf(c))
	return give(c, http.StatusOK, items, err)
}

func (a *api) echo(c fiber.Ctx) error {
	echo, err := a.Echo(c.BodyRaw())
	return give(c, http.StatusOK, echo, err)
}

func (a *api) primes(c fiber.Ctx) error {
	primes, err := a.Primes(queryOf(c))
	return give(c, http.StatusOK, primes, err)
}

func (a *api) healthy(c fiber.Ctx) error { return answer(c, http.StatusOK, service.Health) }

func (a *api) ready(c fiber.Ctx) error {
	status, said := a.Ready(c.Context())
	return answer(c, status, said)
}

// give answers with a value, or hands on an error where there is one.
func give(c fiber.Ctx, status int, value any, err error) error {
	if err != nil {
		return err
	}
	return answer(c, status, value)
}

func answer(c fiber.Ctx, status int, value any) error {
	// Fiber would name the charset, which JSON has not.
	return c.Status(status).JSON(value, fiber.MIMEApplicationJSON)
}

// refuse answers an error: a handler's, or what Fiber or its server refuses before there is one.
func (a *api) refuse(c fiber.Ctx, err error) error {
	refusal := a.refusal(c, err)
	if refusal.Status == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	return answer(c, refusal.Status, refusal.Body)
}

func (a *api) refusal(c fiber.Ctx, err error) *contract.Refusal {
	var own *fiber.Error
	switch {
	case !errors.As(err, &own):
		return a.Refused(err, c.Path())
	case own.Code == http.StatusNotFound:
		return a.Contract.NotFound()
	case own.Code < http.StatusInternalServerError:
		return a.Contract.Refuse(own.Code, "bad_request")
	}
	return a.Contract.Refuse(own.Code, "failed")
}
