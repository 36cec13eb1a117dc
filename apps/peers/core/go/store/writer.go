package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"scalebed/core/bodies"
	"scalebed/core/contract"
)

const (
	insertUser = "INSERT INTO app_user (first_name, last_name, gender, customer_id, phone_number, birthday, created," +
		" last_updated, address_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id"
	lockUser      = "SELECT address_id FROM app_user WHERE id = $1 FOR UPDATE"
	lockTransfer  = "SELECT appuser_id, points FROM customer_relationship WHERE appuser_id IN ($1, $2) ORDER BY appuser_id FOR UPDATE"
	storeTransfer = "UPDATE customer_relationship SET points = CASE appuser_id WHEN $1 THEN $3::int ELSE $4::int END" +
		" WHERE appuser_id IN ($1, $2)"
)

// ownFields are a contact's in its own table.
var ownFields = []string{"first_name", "last_name", "gender", "customer_id", "phone_number", "birthday"}

// Writer creates, changes and removes contacts, and moves points: each in one transaction.
type Writer struct {
	database *Database
	reader   *Reader
}

// NewWriter makes one; the reader reads what was written.
func NewWriter(d *Database, r *Reader) *Writer { return &Writer{d, r} }

// Create adds a contact.
func (w *Writer) Create(ctx context.Context, values bodies.Values) (made *Contact, err error) {
	if values["customer_id"] == nil {
		values["customer_id"] = newCustomerID()
	}
	err = w.writing(ctx, func(tx pgx.Tx) error {
		at := time.Now()
		arguments := make([]any, 0, len(ownFields)+3)
		for _, name := range ownFields {
			arguments = append(arguments, values[name])
		}
		addressID, err := w.setAddress(ctx, tx, nil, values["address"])
		if err != nil {
			return err
		}
		var id int64
		if err := tx.QueryRow(ctx, insertUser, append(arguments, at, at, addressID)...).Scan(&id); err != nil {
			return err
		}
		if relationship, wanted := values["relationship"].(bodies.Values); wanted {
			if err := w.insertRelationship(ctx, tx, id, relationship, at); err != nil {
				return err
			}
		}
		made, err = w.reader.one(ctx, tx, id)
		return err
	})
	return made, err
}

// Change changes only what values name. The contact's row is locked first, so that changes of one contact follow each
// other, and each sees what the one before it made.
func (w *Writer) Change(ctx context.Context, id int64, values bodies.Values) (changed *Contact, err error) {
	err = w.writing(ctx, func(tx pgx.Tx) error {
		addressID, err := w.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		at := time.Now()
		own := bodies.Values{"last_updated": at}
		for _, name := range ownFields {
			if value, named := values[name]; named {
				own[name] = value
			}
		}
		address, named := values["address"]
		removed := named && address == nil && addressID != nil
		if named {
			if own["address_id"], err = w.setAddress(ctx, tx, addressID, address); err != nil {
				return err
			}
		}
		if _, err := update(ctx, tx, "app_user", "id", id, own); err != nil {
			return err
		}
		if removed {
			if err := removeAddress(ctx, tx, *addressID); err != nil {
				return err
			}
		}
		if relationship, named := values["relationship"]; named {
			if err := w.setRelationship(ctx, tx, id, relationship, at); err != nil {
				return err
			}
		}
		changed, err = w.reader.one(ctx, tx, id)
		return err
	})
	return changed, err
}

// Remove removes a contact with its relationship and its address.
func (w *Writer) Remove(ctx context.Context, id int64) error {
	return w.writing(ctx, func(tx pgx.Tx) error {
		addressID, err := w.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM customer_relationship WHERE appuser_id = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM app_user WHERE id = $1", id); err != nil {
			return err
		}
		if addressID != nil {
			return removeAddress(ctx, tx, *addressID)
		}
		return nil
	})
}

// Transfer moves points, and gives both balances after it. The rows are locked in the order of their ids.
func (w *Writer) Transfer(ctx context.Context, sender, receiver, amount int64) (sent, received int64, err error) {
	err = w.writing(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, lockTransfer, sender, receiver)
		if err != nil {
			return err
		}
		balances := map[int64]int64{}
		var of, points int64
		_, err = pgx.ForEachRow(rows, []any{&of, &points}, func() error {
			balances[of] = points
			return nil
		})
		if err != nil {
			return err
		}
		if sent, received, err = w.transferred(balances, sender, receiver, amount); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, storeTransfer, sender, receiver, sent, received)
		return err
	})
	return sent, received, err
}

// transferred are both balances after a transfer, of those before it by the ids of contacts that have one.
func (w *Writer) transferred(balances map[int64]int64, sender, receiver, amount int64) (int64, int64, error) {
	refuse := func(name, message string, filled ...any) (int64, int64, error) {
		text := w.database.contract.Messages.Say(message, filled...)
		return 0, 0, contract.Invalid(contract.Errors{name: []string{text}})
	}
	most := w.database.contract.MostPoints
	from, sends := balances[sender]
	to, receives := balances[receiver]
	switch {
	case sender == receiver:
		return refuse("to", "transfer_to_itself")
	case !sends:
		return refuse("from", "transfer_without_relationship")
	case !receives:
		return refuse("to", "transfer_without_relationship")
	case from < amount:
		return refuse("points", "too_few_points")
	case to+amount > most:
		return refuse("points", "too_many_points", "most", most)
	}
	return from - amount, to + amount, nil
}

// writing is a transaction in which a customer id may turn out to be another's.
func (w *Writer) writing(ctx context.Context, use func(pgx.Tx) error) error {
	err := w.database.transaction(ctx, use)
	if taken(err) {
		message := w.database.contract.Messages["customer_id_taken"]
		return contract.Invalid(contract.Errors{"customer_id": []string{message}})
	}
	return err
}

// lock holds a contact's row until the end of the transaction, and gives the id of its address.
func (w *Writer) lock(ctx context.Context, tx pgx.Tx, id int64) (addressID *int64, err error) {
	err = tx.QueryRow(ctx, lockUser, id).Scan(&addressID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, w.database.contract.NoContact()
	}
	return addressID, err
}

// newCustomerID makes up a customer id: CUST- and 12 upper-case hex digits.
func newCustomerID() string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	return fmt.Sprintf("CUST-%X", random)
}
