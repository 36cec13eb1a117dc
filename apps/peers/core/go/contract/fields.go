package contract

import (
	"fmt"
	"strings"
)

// Field is a value of a contact under its public name, such as address__city.
type Field struct {
	Name string
	// Table is how statements call the table that holds it: u, a or r.
	Table string
	// Column is its name in statements, with the table's letter.
	Column string
	Kind   string
}

type filterable struct {
	field  *Field
	lookup string
}

// The object that holds a field, and how statements call its table: app_user, address, customer_relationship.
var tables = map[string]string{"": "u", "address": "a", "relationship": "r"}

func (c *Contract) addFields(kinds map[string]kind) error {
	c.byName = map[string]*Field{}
	c.filters = map[string]filterable{}
	for _, entry := range c.listing.Fields {
		holder, attribute, nested := strings.Cut(entry.Name, "__")
		if !nested {
			holder, attribute = "", entry.Name
		}
		table, known := tables[holder]
		if !known {
			return fmt.Errorf("the contract's field %s is of no table that is known", entry.Name)
		}
		field := &Field{Name: entry.Name, Table: table, Column: table + "." + attribute, Kind: entry.Kind}
		c.Fields = append(c.Fields, field)
		c.byName[field.Name] = field
		if entry.Orders == nil || *entry.Orders {
			c.orderable = append(c.orderable, field.Name)
		}
		if entry.Filters == nil || *entry.Filters {
			for _, lookup := range kinds[entry.Kind].Lookups {
				name := field.Name
				if lookup != "exact" {
					name += "__" + lookup
				}
				c.filters[name] = filterable{field, lookup}
			}
		}
	}
	for holder := range tables {
		// An object is absent where its id is null.
		if id := c.byName[holder+"__id"]; id != nil {
			c.filters[holder+"__isnull"] = filterable{id, "isnull"}
		}
	}
	for _, name := range c.listing.Searched {
		c.Searched = append(c.Searched, c.byName[name])
	}
	c.id = c.byName["id"]
	first := c.byName[strings.TrimPrefix(c.listing.Ordering, "-")]
	if c.id == nil || first == nil {
		return fmt.Errorf("the contract's listing has no id, or is ordered by no field: %s", c.listing.Ordering)
	}
	descending := strings.HasPrefix(c.listing.Ordering, "-")
	c.ordering = []Order{{first, descending}, {c.id, descending}}
	return nil
}

func (c *Contract) orders(name string) *Field {
	for _, orderable := range c.orderable {
		if orderable == name {
			return c.byName[name]
		}
	}
	return nil
}
