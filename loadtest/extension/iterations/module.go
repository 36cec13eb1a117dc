package iterations

import (
	"net/http"
	"sync"

	"go.k6.io/k6/js/modules"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/metrics"
)

// moduleName is imported by the scripts for its effect alone: through it a VU can be seen from inside.
const moduleName = "k6/x/scalebed"

func init() {
	modules.Register(moduleName, module{})
}

type module struct{}

type instance struct{}

// Exports has nothing: to import the module is all there is to do with it.
func (instance) Exports() modules.Exports {
	return modules.Exports{}
}

// NewModuleInstance is called once for each VU whose script imports the module. The VU that k6 uses for setup and
// teardown, and to read the options, is number 0: its requests belong to no iteration.
func (module) NewModuleInstance(vu modules.VU) modules.Instance {
	if number := vu.Runtime().Get("__VU"); number != nil && number.ToInteger() > 0 {
		insides.Store(uint64(number.ToInteger()), vu)
	}
	return instance{}
}

// insides are the VUs that imported the module: modules.VU by number.
var insides sync.Map

// look makes a VU's samples name it, and its redirects leave marks; false where its script does not import the module.
// k6 clears metadata whenever it activates a VU.
func look(v *VU) bool {
	found, imported := insides.Load(v.GetID())
	if !imported {
		return false
	}
	state := found.(modules.VU).State()
	if state == nil {
		return false
	}
	state.Tags.Modify(func(values *metrics.TagsAndMeta) { values.SetMetadata(Key, v.name) })
	if _, already := state.Transport.(*redirects); !already {
		state.Transport = &redirects{state.Transport, v.name, state}
	}
	return true
}

// redirects is a transport that marks requests which follow a redirect. k6 hands on the samples of a redirect just
// before it asks for the transport's next round trip, so the mark comes right after them.
type redirects struct {
	http.RoundTripper
	vu    string
	state *lib.State
}

// RoundTrip implements http.RoundTripper.
func (r *redirects) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Response != nil {
		r.state.Samples <- &Followed{r.vu}
	}
	return r.RoundTripper.RoundTrip(request)
}
