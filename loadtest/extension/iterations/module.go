package iterations

import (
	"sync"

	"go.k6.io/k6/js/modules"
	"go.k6.io/k6/metrics"

	"scalebed/k6/ledger"
)

// moduleName is imported by the scripts for its effect alone: through it a VU can be seen from inside.
const moduleName = "k6/x/scalebed"

func init() {
	modules.Register(moduleName, module{})
}

type module struct{}

type instance struct {
	vu modules.VU
}

// Exports has `guard`, which `setup` and `teardown` call: they run in a VU that no executor activates; and `ledger`, for
// scripts that hold a service to what it acknowledged. All others import the module for its effect alone.
func (i instance) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{"guard": i.guard, "ledger": ledger.Default}}
}

func (i instance) guard() {
	if state := i.vu.State(); state != nil {
		state.Tags.Modify(func(values *metrics.TagsAndMeta) { values.SetMetadata(Key, Beside) })
		travel(state, "")
	}
}

// NewModuleInstance is called once for each VU whose script imports the module. The VU that k6 uses for setup and
// teardown, and to read the options, is number 0: its requests belong to no iteration.
func (module) NewModuleInstance(vu modules.VU) modules.Instance {
	if number := vu.Runtime().Get("__VU"); number != nil && number.ToInteger() > 0 {
		insides.Store(uint64(number.ToInteger()), vu)
	}
	return instance{vu}
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
	travel(state, v.name)
	return true
}
