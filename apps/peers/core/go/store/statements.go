package store

import (
	"strings"

	"scalebed/core/contract"
)

const (
	joinAddress      = " LEFT JOIN address a ON a.id = u.address_id"
	joinRelationship = " LEFT JOIN customer_relationship r ON r.appuser_id = u.id"
	stats            = "SELECT u.contacts, u.with_address, r.relationships, r.total, r.lowest, r.highest" +
		" FROM (SELECT COUNT(*) AS contacts, COUNT(address_id) AS with_address FROM app_user) AS u," +
		" (SELECT COUNT(*) AS relationships, COALESCE(SUM(points), 0)::bigint AS total, MIN(points) AS lowest," +
		" MAX(points) AS highest FROM customer_relationship) AS r"
	password = "SELECT password FROM auth_user WHERE username = $1 AND is_active"
)

// Statements puts a listing's statements together, in the forms that every service of this contract gives PostgreSQL:
// so all meet the same indexes.
type Statements struct {
	selected       string
	detail         string
	searchedFields []*contract.Field
	trigram        bool
}

// NewStatements makes them; trigram says whether there are indexes that find parts of texts.
func NewStatements(c *contract.Contract, trigram bool) *Statements {
	columns := make([]string, 0, len(c.Fields))
	for _, field := range c.Fields {
		columns = append(columns, field.Column)
	}
	selected := "SELECT " + strings.Join(columns, ", ") + " FROM app_user u" + joinAddress + joinRelationship
	return &Statements{selected, selected + " WHERE u.id = $1", c.Searched, trigram}
}

// count says how many contacts meet a listing.
func (s *Statements) count(asked *contract.Listing) (string, []any) {
	var given arguments
	clause := s.where(asked, &given)
	address, relationship := len(asked.Terms) > 0, false
	for _, filter := range asked.Filters {
		address = address || filter.Field.Table == "a"
		relationship = relationship || filter.Field.Table == "r"
	}
	joins := ""
	if address {
		joins += joinAddress
	}
	if relationship {
		joins += joinRelationship
	}
	return "SELECT COUNT(*) FROM app_user u" + joins + clause, given
}

// page reads a listing's page.
func (s *Statements) page(asked *contract.Listing) (string, []any) {
	var given arguments
	clause := s.where(asked, &given)
	tail := " LIMIT " + given.add(asked.PageSize)
	if offset := asked.Offset(); offset > 0 {
		tail += " OFFSET " + given.add(offset)
	}
	return s.selected + clause + orderBy(asked.Ordering) + tail, given
}

func (s *Statements) where(asked *contract.Listing, given *arguments) string {
	if asked.Plain() {
		return ""
	}
	conditions := make([]string, 0, len(asked.Filters)+len(asked.Terms))
	for _, filter := range asked.Filters {
		conditions = append(conditions, condition(filter, given))
	}
	if len(asked.Terms) > 0 {
		conditions = append(conditions, s.searched(asked.Terms, given)...)
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

func orderBy(ordering []contract.Order) string {
	columns := make([]string, 0, len(ordering))
	for _, order := range ordering {
		column := order.Field.Column
		if order.Descending {
			column += " DESC"
		}
		columns = append(columns, column)
	}
	return " ORDER BY " + strings.Join(columns, ", ")
}
