package seconds

import (
	"fmt"
	"testing"
)

func TestEndpointsWithoutATag(t *testing.T) {
	for _, c := range []struct{ name, group, method, endpoint string }{
		{"by hand", "::a group", "GET", "by hand"},
		{"", "", "POST", "POST without a name"},
		{"http://h:1/items/17?page=2", "::shop::cart", "GET", "shop / cart"},
		{"http://h:1/items/17/?page=2", "", "GET", "GET /items/{n}/"},
		{"http://h:1", "", "GET", "GET /"},
		{"http://h:1/items/${}", "", "POST", "POST /items/${}"},
		{"http://h/9f1c3a5e-0000-4000-8000-00000000abcd/x", "", "GET", "GET /{uuid}/x"},
		{"http://h/static/app.3f9a2c1b.js", "", "GET", "GET /static/app.3f9a2c1b.js"},
		{"http://h/blob/3f9a2c1b77", "", "GET", "GET /blob/{hash}"},
		{"http://h/defaced/facade", "", "GET", "GET /defaced/facade"},
	} {
		if told := make(names).of(c.name, c.group, c.method); told != c.endpoint {
			t.Errorf("%q in %q: %q, not %q", c.name, c.group, told, c.endpoint)
		}
	}
}

func TestEndpointsAreBounded(t *testing.T) {
	known := make(names)
	for index := range 1000 {
		known.of(fmt.Sprintf("http://h/page-%d", index), "", "GET")
	}
	if len(known) != mostNames || known.of("http://h/page-999", "", "GET") != otherURLs {
		t.Errorf("%d names", len(known))
	}
	if known.of("http://h/page-7", "", "GET") != "GET /page-7" || known.of("mine", "", "GET") != "mine" {
		t.Error("what is known, or named by the script, keeps its name")
	}
}
