package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"scalebed/core/contract"
	"scalebed/core/service"
)

type api struct{ *service.Service }

func newAPI(s *service.Service) *api { return &api{s} }

func (a *api) router() http.Handler {
	router := gin.New()
	// An address has one spelling, and another is not sent on to it.
	router.RedirectTrailingSlash = false
	router.Use(a.measured, gin.CustomRecovery(a.recovered), secured)
	router.NoRoute(a.unmatched)

	nothing, query, body := a.admits(false, false), a.admits(true, false), a.admits(false, true)
	group := router.Group("/api")
	reads := func(path string, handlers ...gin.HandlerFunc) {
		group.GET(path, handlers...)
		group.HEAD(path, handlers...)
	}
	reads("/contacts/", query, a.list)
	group.POST("/contacts/", body, a.create)
	reads("/contacts/:id/", a.identified, nothing, a.read)
	group.PATCH("/contacts/:id/", a.identified, body, a.change)
	group.DELETE("/contacts/:id/", a.identified, nothing, a.remove)
	reads("/contacts/stats/", nothing, a.stats)
	group.POST("/contacts/transfer/", body, a.transfer)
	group.POST("/auth/token/", body, a.token)
	reads("/auth/me/", nothing, a.me)
	reads("/basics/json/", query, a.items)
	group.POST("/basics/echo/", body, a.echo)
	reads("/basics/cpu/", query, a.primes)

	router.GET("/healthz", a.healthy)
	router.GET("/readyz", a.ready)
	router.GET("/metrics", gin.WrapH(a.Metrics.Handler()))
	return router
}

// admits lets those requests through that bring what they may: a query that is read, or a body, which has to be JSON.
func (a *api) admits(query, body bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := a.Admit(c.Request.Host, c.Request.URL.RawQuery, c.GetHeader("Content-Type"), query, body)
		if err != nil {
			a.refuse(c, err)
		}
	}
}

// identified lets those addresses through whose id is one: to the router, stats is one as well.
func (a *api) identified(c *gin.Context) {
	id, known := contract.ID(c.Param("id"))
	if !known {
		a.unmatched(c)
		return
	}
	c.Set(contactID, id)
}

// unmatched answers an address that nobody knows, or a method that it does not. Gin's own answer to the latter would name
// the methods of every pattern that matches, of which a contact's matches stats, too.
func (a *api) unmatched(c *gin.Context) {
	c.Set(unmatchedRoute, true)
	if methods := a.Contract.Methods(c.Request.URL.Path); methods != "" {
		c.Header("Allow", methods)
		a.refuse(c, a.Contract.NotAllowed(c.Request.Method))
		return
	}
	a.refuse(c, a.Contract.NotFound())
}

// measured counts every answer.
func (a *api) measured(c *gin.Context) {
	began := time.Now()
	c.Next()
	route := strings.Replace(c.FullPath(), ":id", "{id}", 1)
	if route == "" || c.GetBool(unmatchedRoute) {
		route = service.Unmatched
	}
	a.Metrics.Record(c.Request.Method, route, c.Writer.Status(), time.Since(began))
}

func secured(c *gin.Context) {
	for _, each := range service.Headers {
		c.Header(each[0], each[1])
	}
}

func (a *api) recovered(c *gin.Context, _ any) {
	refusal := a.Contract.Failed()
	a.answer(c, refusal.Status, refusal.Body)
	c.Abort()
}
