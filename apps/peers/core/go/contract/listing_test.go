package contract

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestAQueryIsReadLiterally(t *testing.T) {
	c := read(t)
	for query, wanted := range map[string]string{
		"first_name=a+b": "a b", "first_name=%zz": "%zz", "first_name=%": "%", "first_name=%C3%BC": "ü",
		"first_name=1&first_name=2": "2", "&&first%5Fname=a%2Cb&": "a,b", "first_name": "", "first_name=a=b": "a=b",
	} {
		given, refusal := c.Query(query)
		if refusal != nil || given.values["first_name"] != wanted {
			t.Errorf("%s is %q, %v", query, given.values["first_name"], refusal)
		}
	}
	for _, query := range []string{"a=%ff", "%C3%28=1", "a=%ED%A0%80", "a=\xc3\xbc", strings.Repeat("a=1&", c.MostParameters)} {
		if _, refusal := c.Query(query); refusal == nil {
			t.Errorf("%.20q should be refused", query)
		}
	}
}

func TestAListingSaysAllThatIsWrong(t *testing.T) {
	c := read(t)
	_, refusal := c.Listing("id=x&gender=X&cursor=1&page=0&nothing=&search=%00&id__in=1,,2&page_size=5")
	errors, are := refusal.Body.(Errors)
	wanted := []string{"cursor", "gender", "id", "id__in", "nothing", "page", "search"}
	if named := slices.Sorted(maps.Keys(errors)); !are || !slices.Equal(named, wanted) {
		t.Errorf("it names %v, not %v", named, wanted)
	}
}

func TestAnOrderingEndsInItsID(t *testing.T) {
	c := read(t)
	for given, wanted := range map[string]string{
		"":                     "-created -id",
		"first_name,-birthday": "first_name -birthday -id",
		"-id,created":          "-id",
		"gender,gender,id,-id": "gender id",
		"relationship__points": "relationship__points id",
	} {
		asked, refusal := c.Listing("ordering=" + given)
		if refusal != nil {
			t.Errorf("%s is refused", given)
			continue
		}
		names := make([]string, 0, len(asked.Ordering))
		for _, order := range asked.Ordering {
			name := order.Field.Name
			if order.Descending {
				name = "-" + name
			}
			names = append(names, name)
		}
		if made := strings.Join(names, " "); made != wanted {
			t.Errorf("%s is %s, not %s", given, made, wanted)
		}
	}
}

func TestAPageIsCounted(t *testing.T) {
	c := read(t)
	asked, _ := c.Listing("page=0003&page_size=100000000000000000000000&search=+a%1Fb%C2%A0c+")
	if asked.Page != 3 || asked.PageSize != 200 || asked.Offset() != 400 || len(asked.Terms) != 3 || asked.Plain() {
		t.Errorf("it is %+v", asked)
	}
	far, _ := c.Listing("page_size=200&page=" + strings.Repeat("9", 400))
	if far.Offset() < 0 {
		t.Errorf("a page far out begins at %d", far.Offset())
	}
}
