package iterations

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"go.k6.io/k6/lib"
)

// way is a transport that marks requests which follow a redirect, and lets none go anywhere but to the target. k6 hands
// on the samples of a redirect just before it asks for the transport's next round trip, so the mark comes right after
// them.
type way struct {
	http.RoundTripper
	vu     string // empty in setup and teardown
	state  *lib.State
	target *target
}

func travel(state *lib.State, vu string) {
	if _, already := state.Transport.(*way); !already {
		state.Transport = &way{state.Transport, vu, state, aim}
	}
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(request *http.Request) (*http.Response, error) {
	if led := request.Response; led != nil && w.vu != "" {
		w.state.Samples <- &Followed{w.vu, led.Request.URL.String(), request.URL.String()}
	}
	aimed, err := w.target.aim(request)
	if err != nil {
		w.state.Samples <- &Elsewhere{origin(request.URL), time.Now()}
		return nil, err
	}
	answer, err := w.RoundTripper.RoundTrip(aimed)
	if answer != nil {
		answer.Request = request // so that what follows goes by the addresses that the script knows
	}
	return answer, err
}

// aim is read once: k6 gets its environment when it starts.
var aim = newTarget(os.Getenv("ONLY_TARGET"), os.Getenv("BASE_URL"), os.Getenv("REWRITE"), os.Getenv("TARGET_HEADERS"))

// target is where requests may go.
type target struct {
	url    *url.URL
	rework map[string]bool // origins whose requests go to it instead
	// Sent to it with each request that has none of the name, and to nobody else.
	headers map[string]string
}

// newTarget is nil, which lets everything pass, unless `only` is set. `rewrite` lists origins, with blanks between,
// and `headers` is a JSON object.
func newTarget(only, base, rewrite, headers string) *target {
	parsed, err := url.Parse(base)
	if only == "" || err != nil {
		return nil
	}
	made := &target{parsed, make(map[string]bool), nil}
	if headers != "" {
		if err := json.Unmarshal([]byte(headers), &made.headers); err != nil {
			panic("TARGET_HEADERS is no JSON object of texts") // without the value, which may be a secret
		}
	}
	for _, from := range strings.Fields(rewrite) {
		if old, err := url.Parse(from); err == nil {
			made.rework[origin(old)] = true
		}
	}
	return made
}

// aim returns the request as it is to be sent: as it is, or with the target in the place of an origin that it stands
// for. A request for anybody else is an error.
func (t *target) aim(request *http.Request) (*http.Request, error) {
	if t == nil || request.URL.Host == "" { // without a host it goes nowhere, as the next transport says
		return request, nil
	}
	asked := origin(request.URL)
	there := asked == origin(t.url)
	if !there && !t.rework[asked] {
		return nil, fmt.Errorf("%s is not the target %s", asked, origin(t.url))
	}
	if there && len(t.headers) == 0 {
		return request, nil
	}
	aimed := request.Clone(request.Context())
	unnamed := aimed.Host == "" || aimed.Host == request.URL.Host
	aimed.URL.Scheme, aimed.URL.Host = t.url.Scheme, t.url.Host
	if unnamed {
		aimed.Host = t.url.Host
	}
	for name, value := range t.headers {
		switch {
		case !strings.EqualFold(name, "Host"):
			bear(aimed.Header, name, value)
		case unnamed:
			aimed.Host = value
		}
	}
	return aimed, nil
}

// ofK6 begins the name by which k6 calls itself, where a script says no other.
const ofK6 = "Grafana k6/"

// bear sets what the script has not set: of cookies those that are not among its own, and k6's own name is not the
// script's.
func bear(header http.Header, name, value string) {
	set := header.Get(name)
	switch {
	case set == "" && len(header.Values(name)) == 0,
		strings.EqualFold(name, "User-Agent") && strings.HasPrefix(set, ofK6):
		header.Set(name, value)
	case strings.EqualFold(name, "Cookie"):
		known := make(map[string]bool)
		for _, cookie := range (&http.Request{Header: header}).Cookies() {
			known[cookie.Name] = true
		}
		for _, cookie := range (&http.Request{Header: http.Header{"Cookie": {value}}}).Cookies() {
			if !known[cookie.Name] {
				set += "; " + cookie.Name + "=" + cookie.Value
			}
		}
		header.Set(name, set)
	}
}

// origin is scheme, host and port, which is named even where it is the scheme's own.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return fmt.Sprintf("%s://%s", u.Scheme, strings.ToLower(joined(u.Hostname(), port)))
}

func joined(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
