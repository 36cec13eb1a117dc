package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"scalebed/core/contract"
)

const (
	// shortestTrigram is the shortest term that a trigram index can find.
	shortestTrigram = 3
	byAddress       = "FROM address a JOIN app_user u ON u.address_id = a.id"
)

// arguments are those of a statement, in the order of their placeholders.
type arguments []any

// add appends a value and gives its placeholder.
func (a *arguments) add(value any) string {
	*a = append(*a, value)
	return fmt.Sprintf("$%d", len(*a))
}

var wildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// contains is a case-insensitive LIKE in the form that an index on UPPER(column) can serve.
func contains(column, pattern string) string {
	return "UPPER(" + column + "::text) LIKE UPPER(" + pattern + "::text)"
}

// searched are the conditions of a search, for any ordering. What is searched lies in two tables, and no index spans an
// OR over tables: so one term, the longest, finds contacts by a UNION of two index scans, where indices can, and the
// other terms filter those.
func (s *Statements) searched(terms []string, given *arguments) []string {
	longest := slices.Clone(terms)
	slices.SortStableFunc(longest, func(one, other string) int {
		return utf8.RuneCountInString(other) - utf8.RuneCountInString(one)
	})
	var conditions []string
	for place, term := range longest {
		pattern := given.add("%" + wildcards.Replace(term) + "%")
		var own, city []string
		for _, field := range s.searchedFields {
			if field.Table == "u" {
				own = append(own, contains(field.Column, pattern))
			} else {
				city = append(city, contains(field.Column, pattern))
			}
		}
		if place == 0 && s.trigram && utf8.RuneCountInString(term) >= shortestTrigram {
			// Within the subquery, u and a are its own: nothing in it refers to the rows outside.
			conditions = append(conditions, "u.id IN (SELECT u.id FROM app_user u WHERE "+either(own)+
				" UNION ALL SELECT u.id "+byAddress+" WHERE "+strings.Join(city, " OR ")+")")
			continue
		}
		conditions = append(conditions, either([]string{either(own), strings.Join(city, " OR ")}))
	}
	return conditions
}

func either(conditions []string) string { return "(" + strings.Join(conditions, " OR ") + ")" }

// present is the column that is null where a contact lacks the table.
var present = map[string]string{"a": "u.address_id", "r": "r.id"}

var operators = map[string]string{"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

func condition(filter contract.Filter, given *arguments) string {
	column := filter.Field.Column
	switch filter.Lookup {
	case "isnull":
		if filter.Value == true {
			return present[filter.Field.Table] + " IS NULL"
		}
		return present[filter.Field.Table] + " IS NOT NULL"
	case "in":
		items := given.add(filter.Value) + "::text[]"
		if filter.Field.Kind == "id" {
			return column + " = ANY((" + items + ")::bigint[])"
		}
		return column + " = ANY(" + items + ")"
	case "icontains":
		return contains(column, given.add("%"+wildcards.Replace(filter.Value.(string))+"%"))
	case "istartswith":
		return contains(column, given.add(wildcards.Replace(filter.Value.(string))+"%"))
	}
	return column + " " + operators[filter.Lookup] + " " + given.add(filter.Value)
}
