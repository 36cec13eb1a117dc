package iterations

import (
	"net/http"
	"testing"
)

func asked(t *testing.T, url string) *http.Request {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func TestOnlyTheTargetIsAsked(t *testing.T) {
	aimed := newTarget("true", "http://127.0.0.1:8000", "", "")
	request := asked(t, "http://127.0.0.1:8000/items/1?page=2")
	if same, err := aimed.aim(request); err != nil || same != request {
		t.Errorf("%v, %v", same, err)
	}
	for _, url := range []string{"https://127.0.0.1:8000/", "http://127.0.0.1:8001/", "http://example.org/"} {
		if sent, err := aimed.aim(asked(t, url)); err == nil {
			t.Errorf("%s was sent to %s", url, sent.URL)
		}
	}
}

func TestTheUsualPortMayBeLeftOut(t *testing.T) {
	aimed := newTarget("true", "https://Shop.example", "", "")
	if _, err := aimed.aim(asked(t, "https://shop.example:443/")); err != nil {
		t.Error(err)
	}
}

func TestAnAbsoluteURLIsSentToTheTarget(t *testing.T) {
	aimed := newTarget("true", "http://127.0.0.1:8000", "https://shop.example http://[::1]:9000", "")
	for _, url := range []string{"https://shop.example/items/1?page=2", "http://[::1]:9000/items/1?page=2"} {
		request := asked(t, url)
		sent, err := aimed.aim(request)
		if err != nil {
			t.Fatal(err)
		}
		if sent.URL.String() != "http://127.0.0.1:8000/items/1?page=2" || sent.Host != "127.0.0.1:8000" {
			t.Errorf("%s, Host: %s", sent.URL, sent.Host)
		}
		if request.URL.String() != url {
			t.Errorf("k6's own request was changed to %s", request.URL)
		}
	}
}

func TestAHostThatTheScriptNamesItselfStays(t *testing.T) {
	aimed := newTarget("true", "http://127.0.0.1:8000", "https://shop.example", "")
	request := asked(t, "https://shop.example/")
	request.Host = "tenant.example"
	if sent, err := aimed.aim(request); err != nil || sent.Host != "tenant.example" {
		t.Errorf("%v, %v", sent, err)
	}
}

func TestAnAddressWithoutAHostIsLeftToK6(t *testing.T) {
	request := asked(t, "/items")
	if same, err := newTarget("true", "http://127.0.0.1:8000", "", "").aim(request); err != nil || same != request {
		t.Errorf("%v, %v", same, err)
	}
}

func TestWithoutATargetEverythingPasses(t *testing.T) {
	request := asked(t, "http://example.org/")
	if same, err := newTarget("", "http://127.0.0.1:8000", "", "").aim(request); err != nil || same != request {
		t.Errorf("%v, %v", same, err)
	}
}

func TestHeadersGoToTheTargetAndToNobodyElse(t *testing.T) {
	aimed := newTarget("true", "https://shop.example", "https://old.example", `{"Authorization": "Bearer x", "X-Is": "y"}`)
	for _, url := range []string{"https://shop.example/a", "https://old.example/a"} {
		request := asked(t, url)
		request.Header.Set("X-Is", "the script's")
		sent, err := aimed.aim(request)
		if err != nil {
			t.Fatal(err)
		}
		if sent.Header.Get("Authorization") != "Bearer x" || sent.Header.Get("X-Is") != "the script's" {
			t.Errorf("%s: %v", url, sent.Header)
		}
		if sent.URL.String() != "https://shop.example/a" || sent.Host != "shop.example" {
			t.Errorf("%s, Host: %s", sent.URL, sent.Host)
		}
		if len(request.Header) != 1 {
			t.Errorf("k6's own request was changed: %v", request.Header)
		}
	}
	if sent, err := aimed.aim(asked(t, "https://cdn.example/")); err == nil {
		t.Errorf("sent with %v", sent.Header)
	}
}

func TestK6sOwnNameAndCookiesGiveWay(t *testing.T) {
	configured := `{"User-Agent": "shop", "Cookie": "pass=1; session=theirs"}`
	for _, c := range []struct{ agent, cookie, sentAgent, sentCookie string }{
		{"Grafana k6/1.8.1", "session=own; lang=de", "shop", "session=own; lang=de; pass=1"},
		{"by the script", "", "by the script", "pass=1; session=theirs"},
	} {
		request := asked(t, "https://shop.example/a")
		request.Header.Set("User-Agent", c.agent)
		if c.cookie != "" {
			request.Header.Set("Cookie", c.cookie)
		}
		sent, err := newTarget("true", "https://shop.example", "", configured).aim(request)
		if err != nil {
			t.Fatal(err)
		}
		if agent, cookie := sent.Header.Get("User-Agent"), sent.Header.Get("Cookie"); agent != c.sentAgent || cookie != c.sentCookie {
			t.Errorf("%s, %s", agent, cookie)
		}
	}
}

func TestAHostIsNoHeaderLikeOthers(t *testing.T) {
	aimed := newTarget("true", "http://127.0.0.1:8000", "", `{"host": "shop.example"}`)
	sent, err := aimed.aim(asked(t, "http://127.0.0.1:8000/"))
	if err != nil || sent.Host != "shop.example" || sent.Header.Get("Host") != "" {
		t.Errorf("%v, %v", sent, err)
	}
}
