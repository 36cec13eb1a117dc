package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type service struct {
	pool   *pgxpool.Pool
	signer signer
}

// page is the contract's envelope of a listing that goes by cursor, and so counts nothing.
type page struct {
	Count    *int      `json:"count"`
	Next     *string   `json:"next"`
	Previous *string   `json:"previous"`
	Results  []contact `json:"results"`
}

type refusal struct {
	Detail string `json:"detail"`
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/contacts/{$}", withoutParameters(s.contacts))
	mux.HandleFunc("GET /api/contacts/{id}/{$}", withoutParameters(s.contact))
	mux.HandleFunc("GET /readyz", s.ready)
	// Without these, ServeMux sends an address that lacks its slash on to the one that has it, which the contract
	// forbids. It does so for patterns that end in {$}, too.
	mux.HandleFunc("/api/contacts", notFound)
	mux.HandleFunc("/api/contacts/{id}", notFound)
	return secured(mux)
}

// contact answers with one contact.
func (s *service) contact(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 63)
	switch {
	case errors.Is(err, strconv.ErrRange):
		noContact(w)
		return
	case err != nil:
		notFound(w, r)
		return
	}
	found, err := readContact(r.Context(), s.pool, int64(id))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		noContact(w)
	case err != nil:
		unavailable(w, r, err)
	default:
		answer(w, http.StatusOK, found)
	}
}

// contacts answers with the first page in the default order.
func (s *service) contacts(w http.ResponseWriter, r *http.Request) {
	// One more than the page holds tells whether there is a next page.
	found, err := readFirst(r.Context(), s.pool, pageSize+1)
	if err != nil {
		unavailable(w, r, err)
		return
	}
	shown := page{Results: found}
	if len(found) > pageSize {
		shown.Results = found[:pageSize]
		next := "http://" + r.Host + r.URL.Path + "?cursor=" + s.signer.after(&found[pageSize-1])
		shown.Next = &next
	}
	answer(w, http.StatusOK, &shown)
}

// ready answers 200 where Postgres answers.
func (s *service) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := s.pool.Ping(ctx); err != nil {
		unavailable(w, r, err)
		return
	}
	answer(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}

// withoutParameters refuses a query, which would be answered as if it were not there.
func withoutParameters(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			answer(w, http.StatusBadRequest, refusal{"The yardstick knows no parameters."})
			return
		}
		next(w, r)
	}
}

// secured sets what browsers heed, on every answer.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusNotFound, refusal{"Not found."})
}

func noContact(w http.ResponseWriter) {
	answer(w, http.StatusNotFound, refusal{"There is no contact with this id."})
}

func unavailable(w http.ResponseWriter, r *http.Request, err error) {
	// A client that left takes its query with it, which is no failure.
	if r.Context().Err() == nil {
		slog.Error("the database did not answer", "path", r.URL.Path, "error", err)
	}
	answer(w, http.StatusServiceUnavailable, refusal{"The database cannot be reached for now."})
}

func answer(w http.ResponseWriter, status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	// The other services write <, > and & as they are.
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		slog.Error("an answer is no JSON", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	// Encode ends every value with a newline, which the other services do not send.
	body.Truncate(body.Len() - 1)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	// Told, or net/http would send a page in chunks.
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // fails where the client has left
}
