package contract

import (
	"testing"
	"time"
)

func read(t *testing.T) *Contract {
	t.Helper()
	c, err := Read("../../../../contract/contract.toml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMomentHasOneSpelling(t *testing.T) {
	c := read(t)
	five := time.Date(2020, 1, 5, 10, 0, 0, 0, time.UTC)
	for text, wanted := range map[string]time.Time{
		"2020-01-05T10:00:00":              five,
		"2020-01-05T10:00:00Z":             five,
		"2020-01-05T12:00:00+02:00":        five,
		"2020-01-05T10:00:00.000001":       five.Add(time.Microsecond),
		"2020-01-06T01:59:00.5+15:59":      five.Add(500 * time.Millisecond),
		"9999-12-31T23:59:59.999998Z":      lastMoment.Add(-time.Microsecond),
		"0001-01-01T15:59:00.000001+15:59": firstMoment.Add(time.Microsecond),
		"2020-01-04T18:01:00.000000-15:59": five,
	} {
		if moment, err := c.Moment(text); err != nil || !moment.Equal(wanted) {
			t.Errorf("%s is %v, %v; not %v", text, moment, err, wanted)
		}
	}
	for _, text := range []string{
		"2020-01-05", "2020-01-05t10:00:00Z", "2020-01-05T10:00Z", "2020-01-05T10:00:00.1234567Z", "2020-02-30T10:00:00Z",
		"2020-01-05T10:00:00+16:00", "2020-01-05T24:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
		"0000-12-31T23:59:59-00:01", "9999-12-31T23:59:59-00:01", "2020-01-05T10:00:00Z\n",
	} {
		if moment, err := c.Moment(text); err == nil {
			t.Errorf("%q is %v; it should be refused", text, moment)
		}
	}
}

func TestAWholeNumberIsWithinItsBounds(t *testing.T) {
	c := read(t)
	for text, wanted := range map[string]int64{"-0": 0, "007": 7, "9223372036854775807": 9223372036854775807} {
		if number, err := c.Number(text, c.MostID); err != nil || number != wanted {
			t.Errorf("%s is %d, %v", text, number, err)
		}
	}
	for _, text := range []string{"", "+7", "7.0", "1_000", "٧", "9223372036854775808", "-9223372036854775808", " 7"} {
		if _, err := c.Number(text, c.MostID); err == nil {
			t.Errorf("%q should be refused", text)
		}
	}
}

func TestAnIDIsOfDigitsHoweverMany(t *testing.T) {
	for text, wanted := range map[string]int64{"7": 7, "0007": 7, "99999999999999999999": NoID} {
		if id, known := ID(text); !known || id != wanted {
			t.Errorf("%s is %d, %v", text, id, known)
		}
	}
	for _, text := range []string{"", "-1", "+1", "1.0", "stats", "١"} {
		if _, known := ID(text); known {
			t.Errorf("%q is no id", text)
		}
	}
}

func TestAnAddressHasItsMethods(t *testing.T) {
	c := read(t)
	for path, wanted := range map[string]string{
		"/api/contacts/":           "GET, HEAD, POST",
		"/api/contacts/7/":         "DELETE, GET, HEAD, PATCH",
		"/api/contacts/stats/":     "GET, HEAD",
		"/api/contacts/aggregate/": "",
		"/api/contacts/7":          "",
		"/api/contacts//":          "",
		"/":                        "",
	} {
		if methods := c.Methods(path); methods != wanted {
			t.Errorf("%s has %q, not %q", path, methods, wanted)
		}
	}
}
