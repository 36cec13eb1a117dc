package service

import (
	"context"
	"net"
	"net/http"
	"time"
)

const (
	// headersWithin bounds how long a connection can be held open by half a request.
	headersWithin = 10 * time.Second
	// idleFor is longer than a balancer keeps a connection that it does not use.
	idleFor = 75 * time.Second
)

// Serve has net/http serve a handler until the context ends, and then answer what has begun.
func (s *Service) Serve(ctx context.Context, handler http.Handler) error {
	listener, err := net.Listen("tcp", s.Settings.Bind)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headersWithin,
		IdleTimeout:       idleFor,
		// "OPTIONS *" is a method like any other.
		DisableGeneralOptionsHandler: true,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.Background(), s.Settings.Drain)
	defer cancel()
	return server.Shutdown(draining)
}
