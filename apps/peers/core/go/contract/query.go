package contract

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// Parameters are those of a query: name → last value, in the order in which the names came.
type Parameters struct {
	names  []string
	values map[string]string
}

// Query reads a query, of which net/url would refuse what the contract takes literally (%zz) and take what it refuses
// (bytes that are no UTF-8).
func (c *Contract) Query(query string) (Parameters, *Refusal) {
	read := Parameters{}
	if query == "" {
		return read, nil
	}
	for place := range len(query) {
		if query[place] >= utf8.RuneSelf {
			return read, c.Refuse(http.StatusBadRequest, "not_ascii")
		}
	}
	if strings.Count(query, "&") >= c.MostParameters {
		return read, c.Refuse(http.StatusBadRequest, "too_many_parameters", "most", c.MostParameters)
	}
	read.values = map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, value = decoded(name), decoded(value)
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return read, c.Refuse(http.StatusBadRequest, "not_ascii")
		}
		if _, again := read.values[name]; !again {
			read.names = append(read.names, name)
		}
		read.values[name] = value
	}
	return read, nil
}

// NoParameters refuses every parameter.
func (c *Contract) NoParameters(query string) *Refusal {
	_, refusal := c.only(query, "", false)
	return refusal
}

// Basic reads the one parameter of a request without a database, by its name.
func (c *Contract) Basic(query, name string) (int64, *Refusal) {
	value, refusal := c.only(query, name, true)
	if refusal != nil {
		return 0, refusal
	}
	limits := c.Basics[name]
	if value == "" {
		return limits.Default, nil
	}
	number, err := c.counted(value, limits.Most+1)
	if err != nil || number > limits.Most {
		message := c.Messages.Say("whole_number_between", "least", 1, "most", limits.Most)
		return 0, Invalid(Errors{name: []string{message}})
	}
	return number, nil
}

func (c *Contract) only(query, name string, known bool) (string, *Refusal) {
	if query == "" {
		return "", nil
	}
	given, refusal := c.Query(query)
	if refusal != nil {
		return "", refusal
	}
	errors := Errors{}
	for _, other := range given.names {
		if !known || other != name {
			errors[other] = []string{c.Messages["unknown_parameter"]}
		}
	}
	if len(errors) > 0 {
		return "", Invalid(errors)
	}
	return given.values[name], nil
}

// decoded replaces + by a blank and %xx by its byte, and leaves any other % as it is.
func decoded(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	var made strings.Builder
	for place := 0; place < len(text); place++ {
		switch {
		case text[place] == '+':
			made.WriteByte(' ')
		case text[place] == '%' && place+2 < len(text) && hex(text[place+1]) >= 0 && hex(text[place+2]) >= 0:
			made.WriteByte(byte(hex(text[place+1])<<4 | hex(text[place+2])))
			place += 2
		default:
			made.WriteByte(text[place])
		}
	}
	return made.String()
}

func hex(digit byte) int {
	switch {
	case digit >= '0' && digit <= '9':
		return int(digit - '0')
	case digit >= 'a' && digit <= 'f':
		return int(digit-'a') + 10
	case digit >= 'A' && digit <= 'F':
		return int(digit-'A') + 10
	}
	return -1
}
