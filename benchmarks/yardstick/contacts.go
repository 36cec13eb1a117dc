package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The statements are those of the optimized service, word for word.
const (
	selected = "SELECT u.id, u.first_name, u.last_name, u.gender, u.customer_id, u.phone_number, u.birthday," +
		" u.created AT TIME ZONE 'UTC', u.last_updated AT TIME ZONE 'UTC'," +
		" a.id, a.street, a.street_number, a.city, a.city_code, a.country," +
		" r.id, r.points, r.created AT TIME ZONE 'UTC', r.last_activity AT TIME ZONE 'UTC'" +
		" FROM app_user u LEFT JOIN address a ON a.id = u.address_id" +
		" LEFT JOIN customer_relationship r ON r.appuser_id = u.id"
	detail = selected + " WHERE u.id = $1"
	first  = selected + " ORDER BY u.created DESC, u.id DESC LIMIT $1"
)

const pageSize = 50

// contact is a contact as it is shown, with its keys in the contract's order.
type contact struct {
	ID           int64         `json:"id"`
	FirstName    string        `json:"first_name"`
	LastName     string        `json:"last_name"`
	Gender       string        `json:"gender"`
	CustomerID   string        `json:"customer_id"`
	PhoneNumber  string        `json:"phone_number"`
	Birthday     day           `json:"birthday"`
	Created      instant       `json:"created"`
	LastUpdated  instant       `json:"last_updated"`
	Address      *address      `json:"address"`
	Relationship *relationship `json:"relationship"`
}

type address struct {
	ID           int64  `json:"id"`
	Street       string `json:"street"`
	StreetNumber string `json:"street_number"`
	City         string `json:"city"`
	CityCode     string `json:"city_code"`
	Country      string `json:"country"`
}

type relationship struct {
	ID           int64   `json:"id"`
	Points       int32   `json:"points"`
	Created      instant `json:"created"`
	LastActivity instant `json:"last_activity"`
}

// day is a date as the contract writes it. Like instant it becomes text when it is read, since it is only ever shown.
type day string

// ScanDate makes text of what the driver read.
func (d *day) ScanDate(read pgtype.Date) error {
	*d = day(read.Time.Format(time.DateOnly))
	return nil
}

// instant is a time in UTC as the contract writes it: with six digits of microseconds, or none where those are zero.
type instant string

const withMicroseconds = "2006-01-02T15:04:05.000000Z07:00"

// ScanTimestamp makes text of what the driver read; a null is of no relationship, and nobody sees its text.
func (i *instant) ScanTimestamp(read pgtype.Timestamp) error {
	switch {
	case !read.Valid:
		*i = ""
	case read.Time.Nanosecond() == 0:
		*i = instant(read.Time.Format(time.RFC3339))
	default:
		*i = instant(read.Time.Format(withMicroseconds))
	}
	return nil
}

// readContact reads one contact; the error is pgx.ErrNoRows where there is none.
func readContact(ctx context.Context, pool *pgxpool.Pool, id int64) (*contact, error) {
	rows, err := pool.Query(ctx, detail, id)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectOneRow(rows, scanContact)
	return &found, err
}

// readFirst reads the first contacts in the default order, at most so many.
func readFirst(ctx context.Context, pool *pgxpool.Pool, most int) ([]contact, error) {
	rows, err := pool.Query(ctx, first, most)
	if err != nil {
		return nil, err
	}
	return pgx.AppendRows(make([]contact, 0, most), rows, scanContact)
}

func scanContact(row pgx.CollectableRow) (contact, error) {
	var (
		c                         contact
		a                         address
		r                         relationship
		addressID, relationshipID pgtype.Int8
	)
	// What a join did not find is null and becomes a zero, which only its id tells from a value.
	err := row.Scan(
		&c.ID, &c.FirstName, &c.LastName, &c.Gender, &c.CustomerID, &c.PhoneNumber, &c.Birthday,
		&c.Created, &c.LastUpdated,
		&addressID, (*zeronull.Text)(&a.Street), (*zeronull.Text)(&a.StreetNumber), (*zeronull.Text)(&a.City),
		(*zeronull.Text)(&a.CityCode), (*zeronull.Text)(&a.Country),
		&relationshipID, (*zeronull.Int4)(&r.Points), &r.Created, &r.LastActivity,
	)
	if addressID.Valid {
		a.ID = addressID.Int64
		c.Address = &a
	}
	if relationshipID.Valid {
		r.ID = relationshipID.Int64
		c.Relationship = &r
	}
	return c, err
}
