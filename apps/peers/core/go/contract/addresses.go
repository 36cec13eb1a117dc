package contract

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// NoID is the id of an address whose digits are more than any contact's.
const NoID = -1

// ID reads a contact's id in an address: ASCII digits, however many. What is none is no address.
func ID(text string) (id int64, known bool) {
	if text == "" {
		return 0, false
	}
	for place := range len(text) {
		if text[place] < '0' || text[place] > '9' {
			return 0, false
		}
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return NoID, true
	}
	return id, true
}

// Methods are those that an address of the core answers, as Allow has them; empty where there is no such address.
func (c *Contract) Methods(path string) string {
	methods, known := c.addresses[path]
	if parent, last, _ := cutLast(path); !known {
		if _, is := ID(last); is {
			methods = c.addresses[parent+"{id}/"]
		}
	}
	return strings.Join(methods, ", ")
}

// cutLast cuts an address before its last segment: /api/contacts/ and 7 of /api/contacts/7/.
func cutLast(path string) (parent, last string, found bool) {
	inner, slashed := strings.CutSuffix(path, "/")
	place := strings.LastIndexByte(inner, '/')
	if !slashed || place < 0 {
		return "", "", false
	}
	return inner[:place+1], inner[place+1:], true
}

func addresses(operations map[string]string, core []string) map[string][]string {
	found := map[string][]string{}
	for _, name := range core {
		method, path, _ := strings.Cut(operations[name], " ")
		found[path] = append(found[path], method)
		if method == http.MethodGet {
			found[path] = append(found[path], http.MethodHead)
		}
	}
	for _, methods := range found {
		slices.Sort(methods)
	}
	return found
}
