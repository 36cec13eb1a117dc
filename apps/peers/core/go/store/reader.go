package store

import (
	"context"
	"errors"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"scalebed/core/contract"
)

// Reader reads contacts.
type Reader struct {
	database   *Database
	statements *Statements
}

// NewReader makes one over a database.
func NewReader(d *Database, s *Statements) *Reader { return &Reader{d, s} }

// Stats are the numbers over all contacts.
type Stats struct {
	Contacts         int64  `json:"contacts"`
	WithAddress      int64  `json:"with_address"`
	WithRelationship int64  `json:"with_relationship"`
	Points           Points `json:"points"`
}

// Points are the sum and the bounds of all relationships' points; of none there are no bounds.
type Points struct {
	Total int64  `json:"total"`
	Min   *int32 `json:"min"`
	Max   *int32 `json:"max"`
}

// Contact reads one contact.
func (r *Reader) Contact(ctx context.Context, id int64) (found *Contact, err error) {
	if id == contract.NoID {
		return nil, r.database.contract.NoContact()
	}
	err = r.database.session(ctx, func(session *pgxpool.Conn) error {
		found, err = r.one(ctx, session, id)
		return err
	})
	return found, err
}

// querier is a session or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
}

func (r *Reader) one(ctx context.Context, from querier, id int64) (*Contact, error) {
	rows, err := from.Query(ctx, r.statements.detail, id)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanContact)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, r.database.contract.NoContact()
	}
	return &found, err
}

// There refuses an id that no contact has.
func (r *Reader) There(ctx context.Context, id int64) error {
	return r.database.session(ctx, func(session *pgxpool.Conn) error {
		var there bool
		err := session.QueryRow(ctx, "SELECT EXISTS (SELECT FROM app_user WHERE id = $1)", id).Scan(&there)
		if err == nil && !there {
			return r.database.contract.NoContact()
		}
		return err
	})
}

// Page reads a page of contacts, and how many there are in all.
func (r *Reader) Page(ctx context.Context, asked *contract.Listing) (found []Contact, count int64, err error) {
	err = r.database.session(ctx, func(session *pgxpool.Conn) error {
		sql, given := r.statements.count(asked)
		if err := session.QueryRow(ctx, sql, given...).Scan(&count); err != nil {
			return err
		}
		if asked.Offset() >= count {
			found = []Contact{}
			return nil
		}
		sql, given = r.statements.page(asked)
		rows, err := session.Query(ctx, sql, given...)
		if err != nil {
			return err
		}
		found, err = pgx.AppendRows(make([]Contact, 0, asked.PageSize), rows, scanContact)
		return err
	})
	if err == nil && len(found) == 0 && asked.Page > 1 {
		return nil, 0, r.database.contract.Refuse(http.StatusNotFound, "no_page")
	}
	return found, count, err
}

// Stats reads the numbers over all contacts.
func (r *Reader) Stats(ctx context.Context) (*Stats, error) {
	var s Stats
	return &s, r.database.session(ctx, func(session *pgxpool.Conn) error {
		return session.QueryRow(ctx, stats).Scan(
			&s.Contacts, &s.WithAddress, &s.WithRelationship, &s.Points.Total, &s.Points.Min, &s.Points.Max,
		)
	})
}

// Password reads the stored password of an active user; it is empty where there is none of that name.
func (r *Reader) Password(ctx context.Context, username string) (stored string, err error) {
	err = r.database.session(ctx, func(session *pgxpool.Conn) error {
		err := session.QueryRow(ctx, password, username).Scan(&stored)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return stored, err
}
