// Package store reads and writes contacts in PostgreSQL by pgx.
package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"scalebed/core/contract"
)

const (
	// sessionWithin is how long a request waits for a session.
	sessionWithin = 3 * time.Second
	// readyWithin is how long Postgres may take to answer a probe.
	readyWithin = 2 * time.Second

	queryCanceled   = "57014"
	uniqueViolation = "23505"
)

// Of SQLSTATE's classes those in which the server has given up on the session or the transaction, is short of something,
// or cannot be reached.
var away = map[string]bool{
	"08": true, "25": true, "40": true, "53": true, "54": true, "55": true, "57": true, "58": true, "XX": true,
}

// Database is a pool of sessions.
type Database struct {
	contract *contract.Contract
	pool     *pgxpool.Pool
}

// Open makes the pool, whose sessions come with the requests that need them: so the database may come later.
//
// With prepared, statements are kept by name, as is pgx's default; PgBouncer passes that on in transaction mode from 1.21.
// Without, pgx remembers the types of their parameters alone, and PostgreSQL plans each anew.
func Open(ctx context.Context, c *contract.Contract, url string, size int, prepared bool) (*Database, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	config.MaxConns = int32(size)
	config.ConnConfig.ConnectTimeout = sessionWithin
	if !prepared {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Database{c, pool}, nil
}

// Close ends the sessions, those in use when they come back.
func (d *Database) Close() { d.pool.Close() }

// Trouble is what keeps the database from answering, or nil.
func (d *Database) Trouble(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return d.session(ctx, func(session *pgxpool.Conn) error {
		_, err := session.Exec(ctx, "SELECT 1")
		return err
	})
}

// session lends a session. What a database can do to a statement becomes a refusal.
func (d *Database) session(ctx context.Context, use func(*pgxpool.Conn) error) error {
	waiting, cancel := context.WithTimeout(ctx, sessionWithin)
	session, err := d.pool.Acquire(waiting)
	cancel()
	if err != nil {
		return d.translated(ctx, err, true)
	}
	err = use(session)
	dead := session.Conn().IsClosed()
	session.Release()
	// A client that left has its session closed by the driver, which says nothing of the others.
	if dead && ctx.Err() == nil {
		// Its like may have died too.
		d.pool.Reset()
	}
	return d.translated(ctx, err, dead)
}

// transaction lends a session in a transaction, which is committed where use ends well.
func (d *Database) transaction(ctx context.Context, use func(pgx.Tx) error) error {
	return d.session(ctx, func(session *pgxpool.Conn) error { return pgx.BeginFunc(ctx, session, use) })
}

// translated makes a refusal of an error that is the database's doing; dead says whether the session is no more.
func (d *Database) translated(ctx context.Context, err error, dead bool) error {
	var refusal *contract.Refusal
	var told *pgconn.PgError
	var network net.Error
	switch {
	case err == nil, errors.As(err, &refusal):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.As(err, &told) && told.Code == queryCanceled:
		return d.contract.Refuse(http.StatusServiceUnavailable, "timeout")
	case dead, told != nil && away[told.Code[:2]], errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return d.contract.Refuse(http.StatusServiceUnavailable, "no_database")
	}
	return err
}

// taken tells whether a unique value is another's; the customer id is the only one that a client chooses.
func taken(err error) bool {
	var told *pgconn.PgError
	return errors.As(err, &told) && told.Code == uniqueViolation
}
