package store

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// Contact is a contact as it is shown, with its keys in the contract's order.
type Contact struct {
	ID           int64         `json:"id"`
	FirstName    string        `json:"first_name"`
	LastName     string        `json:"last_name"`
	Gender       string        `json:"gender"`
	CustomerID   string        `json:"customer_id"`
	PhoneNumber  string        `json:"phone_number"`
	Birthday     Day           `json:"birthday"`
	Created      Instant       `json:"created"`
	LastUpdated  Instant       `json:"last_updated"`
	Address      *Address      `json:"address"`
	Relationship *Relationship `json:"relationship"`
}

// Address is where a contact lives.
type Address struct {
	ID           int64  `json:"id"`
	Street       string `json:"street"`
	StreetNumber string `json:"street_number"`
	City         string `json:"city"`
	CityCode     string `json:"city_code"`
	Country      string `json:"country"`
}

// Relationship is what a contact has with us.
type Relationship struct {
	ID           int64   `json:"id"`
	Points       int32   `json:"points"`
	Created      Instant `json:"created"`
	LastActivity Instant `json:"last_activity"`
}

// Day is a date as the contract writes it. Like Instant it becomes text when it is read, since it is only ever shown.
type Day string

// ScanDate makes text of what the driver read.
func (d *Day) ScanDate(read pgtype.Date) error {
	*d = Day(read.Time.Format(time.DateOnly))
	return nil
}

// Instant is a time in UTC as the contract writes it: with six digits of microseconds, or none where those are zero.
type Instant string

const withMicroseconds = "2006-01-02T15:04:05.000000Z07:00"

// ScanTimestamptz makes text of what the driver read; a null is of no relationship, and nobody sees its text.
func (i *Instant) ScanTimestamptz(read pgtype.Timestamptz) error {
	utc := read.Time.UTC()
	switch {
	case !read.Valid:
		*i = ""
	case utc.Nanosecond() == 0:
		*i = Instant(utc.Format(time.RFC3339))
	default:
		*i = Instant(utc.Format(withMicroseconds))
	}
	return nil
}

// scanContact reads a row of all fields, in the contract's order.
func scanContact(row pgx.CollectableRow) (Contact, error) {
	var (
		c                         Contact
		a                         Address
		r                         Relationship
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
