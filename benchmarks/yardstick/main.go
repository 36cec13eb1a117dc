// A yardstick: two reads of the contract in Go, as fast as its standard library and its usual driver make them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// maxConns is what the other services' pools have by default.
	maxConns = 4
	// readyWithin is how long Postgres may take to answer a probe.
	readyWithin = 2 * time.Second
	// finishWithin is how long a stopping service answers what it has begun.
	finishWithin = 15 * time.Second
	// headersWithin bounds how long a connection can be held open by half a request.
	headersWithin = 10 * time.Second
)

func main() {
	if err := run(); err != nil {
		slog.Error("the yardstick ends", "error", err)
		os.Exit(1)
	}
}

func run() error {
	bind, secret := os.Getenv("BIND"), os.Getenv("SECRET_KEY")
	if bind == "" || secret == "" {
		return errors.New("BIND and SECRET_KEY must be set")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pool, err := connect(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()
	listener, err := net.Listen("tcp", bind)
	if err != nil {
		return err
	}
	served := &service{pool: pool, signer: newSigner(secret)}
	server := &http.Server{Handler: served.handler(), ReadHeaderTimeout: headersWithin}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	finishing, cancel := context.WithTimeout(context.Background(), finishWithin)
	defer cancel()
	return server.Shutdown(finishing)
}

// connect makes the pool, whose connections come with the requests that need them. Statements are prepared and kept by
// name, as is pgx's default; PgBouncer passes that on in transaction mode from 1.21.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	// Of nothing pgx would make a database of the environment's choice.
	if url == "" {
		return nil, errors.New("DATABASE_URL must be set")
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	config.MaxConns = maxConns
	return pgxpool.NewWithConfig(ctx, config)
}
