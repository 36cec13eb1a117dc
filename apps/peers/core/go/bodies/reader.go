package bodies

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"scalebed/core/contract"
)

// Values are what a client sent, as the contract has it, by the names of fields: texts, numbers, times, nil, and Values.
type Values map[string]any

// Object is a body that is JSON, before its fields are looked at; nil fields are of JSON that is no object.
type Object struct{ fields map[string]json.RawMessage }

// Reader reads bodies.
type Reader struct {
	contract *contract.Contract
	parse    Parse
}

// NewReader makes a reader that has JSON parsed by a library.
func NewReader(c *contract.Contract, parse Parse) *Reader { return &Reader{c, parse} }

// JSON tells whether a media type is application/json, in any case and with any parameters.
func JSON(mediaType string) bool {
	name, _, _ := strings.Cut(mediaType, ";")
	return strings.EqualFold(strings.TrimSpace(name), "application/json")
}

// Object parses a body.
func (r *Reader) Object(data []byte) (Object, *contract.Refusal) {
	if len(data) == 0 {
		return Object{}, r.contract.Refuse(http.StatusBadRequest, "empty_body")
	}
	if !bounded(data) {
		return Object{}, r.contract.Refuse(http.StatusBadRequest, "no_json")
	}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		if !json.Valid(data) {
			return Object{}, r.contract.Refuse(http.StatusBadRequest, "no_json")
		}
		return Object{}, nil
	}
	var fields map[string]json.RawMessage
	if r.parse(data, &fields) != nil {
		return Object{}, r.contract.Refuse(http.StatusBadRequest, "no_json")
	}
	return Object{fields}, nil
}

// Whole reads an object as a body of the contract, by its name.
func (r *Reader) Whole(object Object, body string) (Values, *contract.Refusal) {
	return r.read(object, body, false)
}

// Part reads an object of which no field is required.
func (r *Reader) Part(object Object, body string) (Values, *contract.Refusal) {
	return r.read(object, body, true)
}

func (r *Reader) read(object Object, body string, part bool) (Values, *contract.Refusal) {
	if object.fields == nil {
		return nil, r.contract.Refuse(http.StatusBadRequest, "bad_request")
	}
	values, errors := r.fields(object.fields, r.contract.Bodies[body], part)
	if len(errors) > 0 {
		return nil, contract.Invalid(errors)
	}
	return values, nil
}

func (r *Reader) fields(given map[string]json.RawMessage, body contract.Body, part bool) (Values, contract.Errors) {
	values, errors := make(Values, len(given)), contract.Errors{}
	for name, rule := range body {
		raw, there := given[name]
		if !there {
			switch {
			case part:
			case rule.Required:
				errors[name] = []string{r.contract.Messages["required"]}
			case rule.Default != nil:
				values[name] = *rule.Default
			}
			continue
		}
		value, wrong := r.value(name, rule, raw, part)
		if wrong != nil {
			errors[name] = wrong
			continue
		}
		values[name] = value
	}
	return values, errors
}

// value reads one field; wrong is nil, or messages, or those of what is inside by its name or place.
func (r *Reader) value(name string, rule contract.Rule, raw json.RawMessage, part bool) (value, wrong any) {
	switch {
	case rule.Nullable && string(raw) == "null":
		return nil, nil
	case rule.Body != "":
		return r.nested(rule, raw, part)
	case rule.List != "":
		return r.texts(rule, raw)
	}
	value, err := r.plain(name, rule, raw)
	if err != nil {
		return nil, []string{err.Error()}
	}
	return value, nil
}

func (r *Reader) nested(rule contract.Rule, raw json.RawMessage, part bool) (value, wrong any) {
	var given map[string]json.RawMessage
	if raw[0] != '{' || r.parse(raw, &given) != nil {
		return nil, []string{r.contract.Messages["bad_request"]}
	}
	values, errors := r.fields(given, r.contract.Bodies[rule.Body], part)
	if len(errors) > 0 {
		return nil, errors
	}
	return values, nil
}
