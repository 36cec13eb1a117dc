package contract

import (
	"strings"
	"unicode/utf8"
)

// Filter is one condition on one field: Value has the field's kind, is a slice of texts for in, a bool for isnull.
type Filter struct {
	Field  *Field
	Lookup string
	Value  any
}

// Order is one field of an ordering.
type Order struct {
	Field      *Field
	Descending bool
}

// Listing is which contacts are asked for, in which order, and which page of them. Ordering always ends in id.
type Listing struct {
	Filters  []Filter
	Terms    []string
	Ordering []Order
	Page     int64
	PageSize int64
}

// Plain says whether every contact is meant: nothing is filtered or searched.
func (l *Listing) Plain() bool { return len(l.Filters) == 0 && len(l.Terms) == 0 }

// Offset is how many contacts stand before the page.
func (l *Listing) Offset() int64 { return (l.Page - 1) * l.PageSize }

// Listing reads a list's parameters; the refusal names all that is wrong, by parameter.
func (c *Contract) Listing(query string) (*Listing, *Refusal) {
	given, refusal := c.Query(query)
	if refusal != nil {
		return nil, refusal
	}
	asked := &Listing{Ordering: c.ordering, Page: 1, PageSize: c.listing.PageSize}
	errors := Errors{}
	for _, name := range given.names {
		if err := c.ask(asked, name, given.values[name]); err != nil {
			errors[name] = []string{err.Error()}
		}
	}
	if len(errors) > 0 {
		return nil, Invalid(errors)
	}
	return asked, nil
}

// ask puts one parameter into the listing.
func (c *Contract) ask(asked *Listing, name, value string) (err error) {
	if strings.ContainsRune(name, 0) || strings.ContainsRune(value, 0) {
		return c.wrong("nul")
	}
	if filter, known := c.filters[name]; known {
		if value == "" {
			return nil
		}
		read, err := c.filterValue(filter, value)
		asked.Filters = append(asked.Filters, Filter{filter.field, filter.lookup, read})
		return err
	}
	switch name {
	case "page":
		return c.place(&asked.Page, value, c.mostPage())
	case "page_size":
		return c.place(&asked.PageSize, value, c.listing.LargestPageSize)
	case "ordering":
		if value != "" {
			asked.Ordering, err = c.orderingOf(value)
		}
		return err
	case "search":
		asked.Terms, err = c.terms(value)
		return err
	}
	return c.wrong("unknown_parameter")
}

func (c *Contract) place(into *int64, value string, most int64) error {
	if value == "" {
		return nil
	}
	number, err := c.counted(value, most)
	*into = number
	return err
}

func (c *Contract) filterValue(filter filterable, value string) (any, error) {
	switch filter.lookup {
	case "isnull":
		return c.flag(value)
	case "in":
		items := strings.Split(value, ",")
		if len(items) > c.listing.MostValues {
			return nil, c.wrong("too_many_values", "most", c.listing.MostValues)
		}
		for _, item := range items {
			if item == "" {
				return nil, c.wrong("empty_value")
			}
			if _, err := c.read(filter.field.Kind, item); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
	return c.read(filter.field.Kind, value)
}

func (c *Contract) read(kind, value string) (any, error) {
	switch kind {
	case "gender":
		return c.Gender(value)
	case "id":
		return c.Number(value, c.MostID)
	case "points":
		return c.Number(value, c.MostPoints)
	case "date":
		return c.Day(value)
	case "time":
		return c.Moment(value)
	}
	return value, nil
}

func (c *Contract) orderingOf(value string) ([]Order, error) {
	var kept []Order
	named, descending, done := map[*Field]bool{}, false, false
	for item := range strings.SplitSeq(value, ",") {
		field := c.orders(strings.TrimPrefix(item, "-"))
		if field == nil {
			return nil, c.wrong("ordering", "given", "'"+item+"'", "choices", strings.Join(c.orderable, ", "))
		}
		descending = strings.HasPrefix(item, "-")
		// What follows id, and a field named again, cannot matter.
		if !done && !named[field] {
			named[field], done = true, field == c.id
			kept = append(kept, Order{field, descending})
		}
	}
	if !done {
		kept = append(kept, Order{c.id, descending})
	}
	return kept, nil
}

func (c *Contract) terms(value string) ([]string, error) {
	if utf8.RuneCountInString(value) > c.listing.MostCharacters {
		return nil, c.wrong("too_many_characters", "most", c.listing.MostCharacters)
	}
	terms := strings.FieldsFunc(value, Blank)
	if len(terms) > c.listing.MostTerms {
		return nil, c.wrong("too_many_terms", "most", c.listing.MostTerms)
	}
	return terms, nil
}
