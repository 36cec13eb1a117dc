package main

import (
	"io"
	"net/http"

	"scalebed/core/service"
)

func (a *api) list(w http.ResponseWriter, r *http.Request) error {
	page, err := a.List(r.Context(), "http://"+r.Host+r.URL.Path, r.URL.RawQuery)
	return a.answer(w, http.StatusOK, page, err)
}

func (a *api) create(w http.ResponseWriter, r *http.Request) error {
	data, err := a.body(w, r)
	if err != nil {
		return err
	}
	made, err := a.Create(r.Context(), data)
	return a.answer(w, http.StatusCreated, made, err)
}

func (a *api) read(w http.ResponseWriter, r *http.Request, id int64) error {
	found, err := a.Contact(r.Context(), id)
	return a.answer(w, http.StatusOK, found, err)
}

func (a *api) change(w http.ResponseWriter, r *http.Request, id int64) error {
	data, err := a.body(w, r)
	if err != nil {
		return err
	}
	changed, err := a.Change(r.Context(), id, data)
	return a.answer(w, http.StatusOK, changed, err)
}

func (a *api) remove(w http.ResponseWriter, r *http.Request, id int64) error {
	if err := a.Remove(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *api) stats(w http.ResponseWriter, r *http.Request) error {
	stats, err := a.Stats(r.Context())
	return a.answer(w, http.StatusOK, stats, err)
}

func (a *api) transfer(w http.ResponseWriter, r *http.Request) error {
	data, err := a.body(w, r)
	if err != nil {
		return err
	}
	moved, err := a.Transfer(r.Context(), data)
	return a.answer(w, http.StatusOK, moved, err)
}

func (a *api) token(w http.ResponseWriter, r *http.Request) error {
	data, err := a.body(w, r)
	if err != nil {
		return err
	}
	pair, err := a.Token(r.Context(), data)
	return a.answer(w, http.StatusOK, pair, err)
}

func (a *api) me(w http.ResponseWriter, r *http.Request) error {
	me, err := a.Me(r.Header.Get("Authorization"))
	return a.answer(w, http.StatusOK, me, err)
}

func (a *api) items(w http.ResponseWriter, r *http.Request) error {
	items, err := a.Items(r.URL.RawQuery)
	return a.answer(w, http.StatusOK, items, err)
}

func (a *api) echo(w http.ResponseWriter, r *http.Request) error {
	data, err := a.body(w, r)
	if err != nil {
		return err
	}
	echo, err := a.Echo(data)
	return a.answer(w, http.StatusOK, echo, err)
}

func (a *api) primes(w http.ResponseWriter, r *http.Request) error {
	primes, err := a.Primes(r.URL.RawQuery)
	return a.answer(w, http.StatusOK, primes, err)
}

func (a *api) healthy(w http.ResponseWriter, _ *http.Request) {
	_ = a.answer(w, http.StatusOK, service.Health, nil) // a constant is JSON
}

func (a *api) ready(w http.ResponseWriter, r *http.Request) {
	status, said := a.Ready(r.Context())
	if err := a.answer(w, status, said, nil); err != nil {
		a.refuse(w, r, err)
	}
}

// body reads a request's body, up to the contract's limit.
func (a *api) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, a.Contract.LargestBody)
	data, err := io.ReadAll(limited)
	if err != nil {
		return nil, a.TooLarge()
	}
	return data, nil
}
