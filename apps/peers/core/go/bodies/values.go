package bodies

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"scalebed/core/contract"
)

// The reader's sentences come from the contract, by their names.
func (r *Reader) wrong(message string, filled ...any) error {
	return errors.New(r.contract.Messages.Say(message, filled...))
}

func (r *Reader) plain(name string, rule contract.Rule, raw json.RawMessage) (any, error) {
	switch rule.Kind {
	case "id", "points", "whole":
		return r.number(rule, raw)
	}
	if raw[0] != '"' {
		return nil, r.noText(rule.Kind)
	}
	text, whole, err := textOf(raw, r.parse)
	if err != nil {
		return nil, r.wrong("no_json")
	}
	switch rule.Kind {
	case "gender":
		return r.contract.Gender(text)
	case "date":
		return r.day(rule, text)
	case "time":
		return r.contract.Moment(text)
	}
	if !whole {
		return nil, r.wrong("surrogate")
	}
	return r.text(name, rule, text)
}

// noText says what a value is not that is no JSON text.
func (r *Reader) noText(kind string) error {
	switch kind {
	case "gender":
		_, err := r.contract.Gender("")
		return err
	case "date":
		return r.wrong("date")
	case "time":
		return r.wrong("time_as_text")
	}
	return r.wrong("bad_request")
}

func (r *Reader) text(name string, rule contract.Rule, text string) (any, error) {
	// A text with a least length, or of a form of its own, is taken as it is; but a customer id is a contact's text.
	if rule.Longest > 0 || name == "customer_id" {
		text = strings.TrimFunc(text, contract.Blank)
	}
	length := utf8.RuneCountInString(text)
	switch {
	case rule.Longest > 0 && length == 0, rule.Least != nil && int64(length) < *rule.Least:
		return nil, r.wrong("blank")
	case rule.Longest > 0 && length > rule.Longest:
		return nil, r.wrong("too_long", "most", rule.Longest)
	case strings.ContainsRune(text, 0):
		return nil, r.wrong("nul")
	case rule.Whole != nil && !rule.Whole.MatchString(text):
		if _, own := r.contract.Messages[name]; own {
			return nil, r.wrong(name)
		}
		return nil, r.wrong("bad_request")
	}
	return text, nil
}

func (r *Reader) day(rule contract.Rule, text string) (any, error) {
	day, err := r.contract.Day(text)
	switch {
	case err != nil:
		return nil, err
	case text == rule.After:
		return nil, r.wrong("birthday_too_early")
	case rule.Past && day.After(time.Now()):
		return nil, r.wrong("birthday_in_the_future")
	}
	return day, nil
}

// number reads a whole number: no text, no bool, and no fraction and no exponent, also where the number would be whole.
func (r *Reader) number(rule contract.Rule, raw json.RawMessage) (any, error) {
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') || strings.ContainsAny(string(raw), ".eE") {
		return nil, r.wrong("whole_number")
	}
	least, most := r.bounds(rule)
	number, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || number < least || number > most {
		if rule.Least == nil {
			return nil, r.wrong("whole_number_within", "most", most)
		}
		return nil, r.wrong("whole_number_between", "least", least, "most", most)
	}
	return number, nil
}

func (r *Reader) bounds(rule contract.Rule) (least, most int64) {
	most = r.contract.MostID
	if rule.Kind == "points" {
		most = r.contract.MostPoints
	}
	if rule.Most != nil {
		most = *rule.Most
	}
	least = -most
	if rule.Least != nil {
		least = *rule.Least
	}
	return least, most
}

// texts reads a list of texts, which are kept as they are.
func (r *Reader) texts(rule contract.Rule, raw json.RawMessage) (value, wrong any) {
	var items []json.RawMessage
	if raw[0] != '[' || r.parse(raw, &items) != nil {
		return nil, []string{r.contract.Messages["bad_request"]}
	}
	if rule.Most != nil && int64(len(items)) > *rule.Most {
		return nil, []string{r.contract.Messages.Say("too_many_values", "most", *rule.Most)}
	}
	texts, problems := make([]string, 0, len(items)), contract.Errors{}
	for place, item := range items {
		text, err := r.item(rule, item)
		if err != nil {
			problems[strconv.Itoa(place)] = []string{err.Error()}
		}
		texts = append(texts, text)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return texts, nil
}

func (r *Reader) item(rule contract.Rule, raw json.RawMessage) (string, error) {
	if raw[0] != '"' {
		return "", r.wrong("bad_request")
	}
	text, whole, err := textOf(raw, r.parse)
	length := utf8.RuneCountInString(text)
	switch {
	case err != nil:
		return "", r.wrong("no_json")
	case !whole:
		return "", r.wrong("surrogate")
	case length < rule.Characters.Least:
		return "", r.wrong("blank")
	case length > rule.Characters.Most:
		return "", r.wrong("too_long", "most", rule.Characters.Most)
	case strings.ContainsRune(text, 0):
		return "", r.wrong("nul")
	}
	return text, nil
}
