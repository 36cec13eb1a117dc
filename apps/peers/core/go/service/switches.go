package service

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Switches are the value of every switch of a service, by name.
type Switches map[string]string

// ReadSwitches reads name=value,… over the defaults of a variant.toml, which says what there is: an unknown name or value
// is an error of one sentence.
func ReadSwitches(variant, text string) (Switches, error) {
	var table struct {
		Switches Switches
		Values   map[string]any
	}
	if _, err := toml.DecodeFile(variant, &table); err != nil {
		return nil, err
	}
	chosen, given := maps.Clone(table.Switches), map[string]bool{}
	for item := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		name, value, _ := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if _, known := table.Switches[name]; !known {
			names := strings.Join(slices.Sorted(maps.Keys(table.Switches)), ", ")
			return nil, fmt.Errorf("SWITCHES: there is no switch %q; the switches are %s", name, names)
		}
		if given[name] {
			return nil, fmt.Errorf("SWITCHES: %s is given twice; keep one of them", name)
		}
		if choice, allowed := allows(table.Values[name], value); !allowed {
			return nil, fmt.Errorf("SWITCHES: %s cannot be %q; choose %s", name, value, choice)
		}
		given[name], chosen[name] = true, value
	}
	return chosen, nil
}

// Number is the value of a switch that is a whole number.
func (s Switches) Number(name string) int {
	number, _ := strconv.Atoi(s[name]) // the table has allowed it
	return number
}

// allows tells whether a value is one of those declared: a list, or lowest..highest. One spelling a number, so that equal
// switches are equal text.
func allows(declared any, value string) (choice string, allowed bool) {
	switch values := declared.(type) {
	case []any:
		words := make([]string, 0, len(values))
		for _, word := range values {
			words = append(words, fmt.Sprint(word))
		}
		return "one of " + strings.Join(words, ", "), slices.Contains(words, value)
	case string:
		lowest, highest, _ := strings.Cut(values, "..")
		least, _ := strconv.Atoi(lowest)
		most, _ := strconv.Atoi(highest)
		number, err := strconv.Atoi(value)
		allowed := err == nil && strconv.Itoa(number) == value && number >= least && number <= most
		return "a whole number from " + lowest + " to " + highest, allowed
	}
	return "nothing: it has no values", false
}
