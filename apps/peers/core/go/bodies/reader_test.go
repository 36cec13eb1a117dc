package bodies

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/bytedance/sonic"

	"scalebed/core/contract"
)

var libraries = map[string]Parse{
	"stdlib": json.Unmarshal,
	"sonic":  sonic.Config{CopyString: true, ValidateString: true}.Froze().Unmarshal,
}

func readers(t *testing.T) map[string]*Reader {
	t.Helper()
	c, err := contract.Read("../../../../contract/contract.toml")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]*Reader{}
	for name, parse := range libraries {
		made[name] = NewReader(c, parse)
	}
	return made
}

func TestWhatIsNoJSONIsRefused(t *testing.T) {
	for name, reader := range readers(t) {
		for _, body := range []string{
			"", " ", "{", "{}{}", `{"a": 1,}`, `{"a": NaN}`, `{"a": 01}`, `{"a": 1e}`, "{\"a\": \"\x01\"}", "{\"a\": \"\xff\"}",
			"\xef\xbb\xbf{}", `{"a": "\u00g0"}`, `{"a": "\x41"}`, "{} x", "{}\x00", "\xa0{}", `{"a" 1}`, `{"a": [1 2]}`,
			`{"a": ` + strings.Repeat("9", 5000) + "}", strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3000),
			`{"a": tru}`, `{"a": {"b": }}`, `{"a": -}`, `{"a": +1}`, `{"a": .5}`, `{"a": 5.}`, "{\"a\": \"\n\"}", "/**/{}",
		} {
			if _, refusal := reader.Object([]byte(body)); refusal == nil {
				t.Errorf("%s takes %.40q", name, body)
			}
		}
		for _, body := range []string{"[]", "5", `"x"`, "null", " true "} {
			object, refusal := reader.Object([]byte(body))
			if refusal != nil || object.fields != nil {
				t.Errorf("%s: %s is JSON, but no object", name, body)
			}
		}
	}
}

func TestAnEchoIsCheckedFieldByField(t *testing.T) {
	whole := `{"name": " Zoë ", "code": "ABC-1234", "quantity": 7, "tags": ["a", " \ud83d\ude00 "], "other": 1}`
	for name, reader := range readers(t) {
		values, refusal := echo(reader, whole)
		wanted := Values{"name": "Zoë", "code": "ABC-1234", "quantity": int64(7), "tags": []string{"a", " 😀 "}}
		if refusal != nil || !reflect.DeepEqual(values, wanted) {
			t.Errorf("%s reads %v, %v", name, values, refusal)
		}
		for _, changed := range [][2]string{
			{`" Zoë "`, `"\ud800"`}, {`" Zoë "`, `"\\\udc00\ud800"`}, {`" Zoë "`, `"a\u0000"`}, {`" Zoë "`, `"\u00a0"`},
			{`" Zoë "`, "null"}, {`"ABC-1234"`, `"ABC-1234\n"`}, {": 7", ": 7.0"}, {": 7", ": 7e0"}, {": 7", `: "7"`},
			{": 7", ": 1001"}, {`["a"`, `["\ud800"`}, {`["a"`, `[1`}, {`["a"`, `[""`}, {`"tags": [`, `"tags": null, "x": [`},
			{"}", `, "quantity": "x"}`},
		} {
			if values, refusal := echo(reader, strings.Replace(whole, changed[0], changed[1], 1)); refusal == nil {
				t.Errorf("%s takes %s: %v", name, changed[1], values)
			}
		}
		for _, changed := range [][2]string{
			{`" Zoë "`, `"\\ud800"`}, {`" Zoë "`, `"\ud83d\ude00"`}, {": 7", ": -0"}, {"}", `, "\ud800": 1}`}, {"}", `, "NAME": 1}`},
			{`"name"`, `"name": 5, "name"`},
		} {
			if _, refusal := echo(reader, strings.Replace(whole, changed[0], changed[1], 1)); refusal != nil {
				t.Errorf("%s refuses %s: %v", name, changed[1], refusal.Body)
			}
		}
	}
}

func echo(reader *Reader, body string) (Values, *contract.Refusal) {
	object, refusal := reader.Object([]byte(body))
	if refusal != nil {
		return nil, refusal
	}
	return reader.Whole(object, "echo")
}

func TestOfAPartOnlyWhatIsThereIsRead(t *testing.T) {
	for name, reader := range readers(t) {
		object, _ := reader.Object([]byte(`{"address": {"city": " Köln "}, "relationship": {}, "id": "x"}`))
		values, refusal := reader.Part(object, "contact")
		wanted := Values{"address": Values{"city": "Köln"}, "relationship": Values{}}
		if refusal != nil || !reflect.DeepEqual(values, wanted) {
			t.Errorf("%s reads %v, %v", name, values, refusal)
		}
		_, refusal = reader.Whole(object, "contact")
		errors, _ := refusal.Body.(contract.Errors)
		nested, _ := errors["address"].(contract.Errors)
		if len(errors) != 6 || len(nested) != 4 {
			t.Errorf("%s: of the whole, %v is missing", name, errors)
		}
	}
}
