package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"scalebed/core/bodies"
	"scalebed/core/contract"
)

const (
	insertAddress = "INSERT INTO address (street, street_number, city, city_code, country)" +
		" VALUES ($1, $2, $3, $4, $5) RETURNING id"
	insertRelationship = "INSERT INTO customer_relationship (appuser_id, points, created, last_activity)" +
		" VALUES ($1, $2, $3, $4)"
)

var addressFields = []string{"street", "street_number", "city", "city_code", "country"}

// setAddress changes an address in place or makes one; its id, or nil where there is to be none.
func (w *Writer) setAddress(ctx context.Context, tx pgx.Tx, id *int64, value any) (*int64, error) {
	values, wanted := value.(bodies.Values)
	switch {
	case !wanted:
		return nil, nil
	case id == nil:
		return w.insertAddress(ctx, tx, values)
	case len(values) > 0:
		_, err := update(ctx, tx, "address", "id", *id, values)
		return id, err
	}
	return id, nil
}

func (w *Writer) insertAddress(ctx context.Context, tx pgx.Tx, values bodies.Values) (id *int64, err error) {
	missing, arguments := contract.Errors{}, make([]any, 0, len(addressFields))
	for _, name := range addressFields {
		value, there := values[name]
		if !there {
			missing[name] = []string{w.database.contract.Messages["required"]}
		}
		arguments = append(arguments, value)
	}
	// Of a contact that is changed, an address may be sent in part, but there has to be one.
	if len(missing) > 0 {
		return nil, contract.Invalid(contract.Errors{"address": missing})
	}
	return id, tx.QueryRow(ctx, insertAddress, arguments...).Scan(&id)
}

func removeAddress(ctx context.Context, tx pgx.Tx, id int64) error {
	// Whoever else lives there goes on without an address.
	if _, err := tx.Exec(ctx, "UPDATE app_user SET address_id = NULL WHERE address_id = $1", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM address WHERE id = $1", id)
	return err
}

func (w *Writer) setRelationship(ctx context.Context, tx pgx.Tx, contactID int64, value any, at time.Time) error {
	values, wanted := value.(bodies.Values)
	if !wanted {
		_, err := tx.Exec(ctx, "DELETE FROM customer_relationship WHERE appuser_id = $1", contactID)
		return err
	}
	// A relationship without changes is written all the same, to learn whether it is there.
	named := values
	if len(named) == 0 {
		named = bodies.Values{"appuser_id": contactID}
	}
	there, err := update(ctx, tx, "customer_relationship", "appuser_id", contactID, named)
	if err != nil || there {
		return err
	}
	return w.insertRelationship(ctx, tx, contactID, values, at)
}

func (w *Writer) insertRelationship(
	ctx context.Context, tx pgx.Tx, contactID int64, values bodies.Values, at time.Time,
) error {
	points, there := values["points"]
	if rule := w.database.contract.Bodies["relationship"]["points"]; !there && rule.Default != nil {
		points = *rule.Default
	}
	lastActivity, there := values["last_activity"]
	if !there {
		lastActivity = at
	}
	_, err := tx.Exec(ctx, insertRelationship, contactID, points, at, lastActivity)
	return err
}

// update changes a row's columns, and tells whether there is such a row. Only what is named: a transfer may move points
// meanwhile.
func update(ctx context.Context, tx pgx.Tx, table, key string, of int64, values bodies.Values) (bool, error) {
	arguments, changes := []any{of}, make([]string, 0, len(values))
	// In one order, so that the same change is the same statement.
	for _, name := range slices.Sorted(maps.Keys(values)) {
		arguments = append(arguments, values[name])
		changes = append(changes, fmt.Sprintf("%s = $%d", name, len(arguments)))
	}
	sql := "UPDATE " + table + " SET " + strings.Join(changes, ", ") + " WHERE " + key + " = $1"
	done, err := tx.Exec(ctx, sql, arguments...)
	return done.RowsAffected() > 0, err
}
