package main

import (
	"net/http"
	"strconv"
)

// answer writes a value as JSON, unless there is an error, which it hands on.
func (a *api) answer(w http.ResponseWriter, status int, value any, err error) error {
	if err != nil {
		return err
	}
	made, err := a.Codec.Marshal(value)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	// Told, or net/http would send what is long in chunks.
	header.Set("Content-Length", strconv.Itoa(len(made)))
	w.WriteHeader(status)
	_, _ = w.Write(made) // fails where the client has left
	return nil
}

// refuse answers an error.
func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) {
	refusal := a.Refused(err, r.URL.Path)
	if refusal.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if err := a.answer(w, refusal.Status, refusal.Body, nil); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}
