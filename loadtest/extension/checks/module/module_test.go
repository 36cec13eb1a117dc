package module

import (
	"testing"

	"github.com/grafana/sobek"
	k6http "go.k6.io/k6/js/modules/k6/http"
	"go.k6.io/k6/lib/netext/httpext"

	"scalebed/k6/checks"
)

func TestAnAnswerIsToldByItsTimings(t *testing.T) {
	runtime := sobek.New()
	asked := &httpext.Response{
		Request: &httpext.Request{Method: "GET"}, Timings: httpext.ResponseTimings{Duration: 3, Waiting: 2, Blocked: 1},
	}
	for said, answer := range map[string]*k6http.Response{
		checks.Of(3, 2, 1): {Response: asked},
		"":                 {Response: &httpext.Response{Request: &httpext.Request{Method: "GET"}}},
		checks.Refused:     {Response: httpext.NewResponse()},
	} {
		if found := told(runtime.ToValue(answer)); found != said {
			t.Errorf("%q, not %q", found, said)
		}
	}
}

func TestWhatIsNoAnswerIsNotLookedInto(t *testing.T) {
	runtime := sobek.New()
	value, err := runtime.RunString("var read = 0; ({ get body() { read++; return 1; } })")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []sobek.Value{nil, sobek.Undefined(), sobek.Null(), runtime.ToValue(1), runtime.NewArray(value), value} {
		if found := told(one); found != checks.None {
			t.Errorf("%v: %q", one, found)
		}
	}
	if read := runtime.Get("read").ToInteger(); read != 0 {
		t.Errorf("its getter ran %d times", read)
	}
}
