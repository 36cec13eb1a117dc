package main

import (
	"net/http"
	"path"
	"strings"
	"time"

	"scalebed/core/contract"
	"scalebed/core/service"
)

type api struct{ *service.Service }

func newAPI(s *service.Service) *api { return &api{s} }

// An endpoint answers a request; an error is answered for it.
type endpoint func(w http.ResponseWriter, r *http.Request) error

// What a request to an endpoint may bring: a query that it reads, or a body, which has to be JSON.
type brings struct{ query, body bool }

func (a *api) handler() http.Handler {
	mux := http.NewServeMux()
	nothing, query, body := brings{}, brings{query: true}, brings{body: true}
	// GET is HEAD, too.
	mux.Handle("GET /api/contacts/{$}", a.endpoint(query, a.list))
	mux.Handle("POST /api/contacts/{$}", a.endpoint(body, a.create))
	mux.Handle("GET /api/contacts/{id}/{$}", a.contact(nothing, a.read))
	mux.Handle("PATCH /api/contacts/{id}/{$}", a.contact(body, a.change))
	mux.Handle("DELETE /api/contacts/{id}/{$}", a.contact(nothing, a.remove))
	mux.Handle("GET /api/contacts/stats/{$}", a.endpoint(nothing, a.stats))
	mux.Handle("POST /api/contacts/transfer/{$}", a.endpoint(body, a.transfer))
	mux.Handle("POST /api/auth/token/{$}", a.endpoint(body, a.token))
	mux.Handle("GET /api/auth/me/{$}", a.endpoint(nothing, a.me))
	mux.Handle("GET /api/basics/json/{$}", a.endpoint(query, a.items))
	mux.Handle("POST /api/basics/echo/{$}", a.endpoint(body, a.echo))
	mux.Handle("GET /api/basics/cpu/{$}", a.endpoint(query, a.primes))
	mux.HandleFunc("GET /healthz", a.healthy)
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.Metrics.Handler())
	// Without this, ServeMux would answer what nobody knows by itself, and in plain text.
	mux.HandleFunc("/", a.unmatched)
	return a.measured(mux)
}

// endpoint asks an endpoint once a request has been admitted.
func (a *api) endpoint(may brings, next endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := a.Admit(r.Host, r.URL.RawQuery, r.Header.Get("Content-Type"), may.query, may.body)
		if err == nil {
			err = next(w, r)
		}
		if err != nil {
			a.refuse(w, r, err)
		}
	})
}

// contact hands an endpoint the id in its address.
func (a *api) contact(may brings, next func(w http.ResponseWriter, r *http.Request, id int64) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, known := contract.ID(r.PathValue("id"))
		if !known {
			a.unmatched(w, r)
			return
		}
		a.endpoint(may, func(w http.ResponseWriter, r *http.Request) error { return next(w, r, id) }).ServeHTTP(w, r)
	})
}

// unmatched answers an address that nobody knows, or a method that it does not.
func (a *api) unmatched(w http.ResponseWriter, r *http.Request) {
	r.Pattern = ""
	if methods := a.Contract.Methods(r.URL.Path); methods != "" {
		w.Header().Set("Allow", methods)
		a.refuse(w, r, a.Contract.NotAllowed(r.Method))
		return
	}
	a.refuse(w, r, a.Contract.NotFound())
}

// measured counts every answer, and sets the headers that each has.
func (a *api) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		header := w.Header()
		for _, each := range service.Headers {
			header.Set(each[0], each[1])
		}
		noted := &response{ResponseWriter: w, status: http.StatusOK}
		if canonical(r.URL.EscapedPath()) {
			next.ServeHTTP(noted, r)
		} else {
			a.unmatched(noted, r)
		}
		a.Metrics.Record(r.Method, route(r.Pattern), noted.status, time.Since(began))
	})
}

// response remembers the status that it was given.
type response struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status, and sends it.
func (r *response) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// canonical tells whether an address is written as the contract has them. ServeMux would send any other on to one that is.
func canonical(address string) bool {
	switch address {
	case "/healthz", "/readyz", "/metrics":
		return true
	}
	return strings.HasSuffix(address, "/") && path.Clean(address)+"/" == address
}

// route is a pattern as the metrics have it: the address alone.
func route(pattern string) string {
	_, address, known := strings.Cut(strings.TrimSuffix(pattern, "{$}"), " ")
	if !known {
		return service.Unmatched
	}
	return address
}
