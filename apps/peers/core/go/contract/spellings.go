package contract

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Drivers take the first and the last microsecond for infinity.
var (
	firstMoment = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastMoment  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
)

// Values are written in one spelling each, where Go would read several; the errors are sentences of the contract.

// Number reads a whole number within ±most.
func (c *Contract) Number(value string, most int64) (int64, error) {
	if !c.whole.MatchString(value) {
		return 0, c.wrong("whole_number")
	}
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil || number > most || number < -most {
		return 0, c.wrong("whole_number_within", "most", most)
	}
	return number, nil
}

// Gender reads M, F or O.
func (c *Contract) Gender(value string) (string, error) {
	if !slices.Contains(c.genders, value) {
		return "", c.wrong("gender", "choices", strings.Join(c.genders, ", "))
	}
	return value, nil
}

// Day reads a date as YYYY-MM-DD.
func (c *Contract) Day(value string) (time.Time, error) {
	if !c.date.MatchString(value) {
		return time.Time{}, c.wrong("date")
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil || day.Year() < 1 {
		return time.Time{}, c.wrong("no_such_day")
	}
	return day, nil
}

// Moment reads a date and time, UTC where it names no offset, and gives it in UTC.
func (c *Contract) Moment(value string) (time.Time, error) {
	groups := c.time.FindStringSubmatch(value)
	if groups == nil {
		return time.Time{}, c.wrong("time")
	}
	// The date and the clock take 19 characters, and of what may follow only an offset ends otherwise than in a digit
	// of a second.
	if end := value[19:]; !strings.ContainsAny(end, "Z+-") {
		value += "Z"
	}
	read, err := time.Parse(time.RFC3339, value)
	if err != nil || read.Year() < 1 {
		return time.Time{}, c.wrong("no_such_time")
	}
	moment := read.UTC()
	if !moment.After(firstMoment) || !moment.Before(lastMoment) {
		return time.Time{}, c.wrong("no_such_time")
	}
	return moment, nil
}

// counted reads a whole number from 1; what is past most is most.
func (c *Contract) counted(value string, most int64) (int64, error) {
	if !c.count.MatchString(value) {
		return 0, c.wrong("count")
	}
	number, err := strconv.ParseInt(strings.TrimLeft(value, "0"), 10, 64)
	if err != nil || number > most {
		return most, nil
	}
	return number, nil
}

func (c *Contract) flag(value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, c.wrong("flag")
	}
	return value == "true", nil
}

// Blank tells what is cut from a text's ends and stands between terms: Unicode's blanks, and ASCII's separators.
func Blank(r rune) bool { return unicode.IsSpace(r) || r >= '\x1c' && r <= '\x1f' }
