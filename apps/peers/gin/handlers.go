package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"scalebed/core/service"
)

// What handlers hand on to each other in the context.
const (
	contactID      = "contact"
	unmatchedRoute = "unmatched"
)

func (a *api) list(c *gin.Context) {
	page, err := a.List(c.Request.Context(), "http://"+c.Request.Host+c.Request.URL.Path, c.Request.URL.RawQuery)
	a.give(c, http.StatusOK, page, err)
}

func (a *api) create(c *gin.Context) {
	if data, read := a.body(c); read {
		made, err := a.Create(c.Request.Context(), data)
		a.give(c, http.StatusCreated, made, err)
	}
}

func (a *api) read(c *gin.Context) {
	found, err := a.Contact(c.Request.Context(), c.GetInt64(contactID))
	a.give(c, http.StatusOK, found, err)
}

func (a *api) change(c *gin.Context) {
	if data, read := a.body(c); read {
		changed, err := a.Change(c.Request.Context(), c.GetInt64(contactID), data)
		a.give(c, http.StatusOK, changed, err)
	}
}

func (a *api) remove(c *gin.Context) {
	if err := a.Remove(c.Request.Context(), c.GetInt64(contactID)); err != nil {
		a.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (a *api) stats(c *gin.Context) {
	stats, err := a.Stats(c.Request.Context())
	a.give(c, http.StatusOK, stats, err)
}

func (a *api) transfer(c *gin.Context) {
	if data, read := a.body(c); read {
		moved, err := a.Transfer(c.Request.Context(), data)
		a.give(c, http.StatusOK, moved, err)
	}
}

func (a *api) token(c *gin.Context) {
	if data, read := a.body(c); read {
		pair, err := a.Token(c.Request.Context(), data)
		a.give(c, http.StatusOK, pair, err)
	}
}

func (a *api) me(c *gin.Context) {
	me, err := a.Me(c.GetHeader("Authorization"))
	a.give(c, http.StatusOK, me, err)
}

func (a *api) items(c *gin.Context) {
	items, err := a.Items(c.Request.URL.RawQuery)
	a.give(c, http.StatusOK, items, err)
}

func (a *api) echo(c *gin.Context) {
	if data, read := a.body(c); read {
		echo, err := a.Echo(data)
		a.give(c, http.StatusOK, echo, err)
	}
}

func (a *api) primes(c *gin.Context) {
	primes, err := a.Primes(c.Request.URL.RawQuery)
	a.give(c, http.StatusOK, primes, err)
}

func (a *api) healthy(c *gin.Context) { a.answer(c, http.StatusOK, service.Health) }

func (a *api) ready(c *gin.Context) {
	status, said := a.Ready(c.Request.Context())
	a.answer(c, status, said)
}

// body reads a request's body, up to the contract's limit; where that is not to be, the request is answered.
func (a *api) body(c *gin.Context) (data []byte, read bool) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, a.Contract.LargestBody)
	data, err := c.GetRawData()
	if err != nil {
		a.refuse(c, a.TooLarge())
		return nil, false
	}
	return data, true
}
