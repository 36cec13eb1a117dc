// Package module lets the output know which answer a check is about. k6's samples of checks do not say it, but check()
// is called with the answer, so the module `k6` has a check of ours in the place of its own, which says it and then
// does what k6's does.
package module

import (
	"reflect"
	_ "unsafe" // for go:linkname

	"github.com/grafana/sobek"
	_ "go.k6.io/k6/cmd" // brings what is linked
	"go.k6.io/k6/ext"
	"go.k6.io/k6/js/modules"
	k6http "go.k6.io/k6/js/modules/k6/http"
	"go.k6.io/k6/metrics"

	"scalebed/k6/checks"
)

// k6's own modules, by name. They are not exported, and modules.Register takes no name that k6 has itself: there is no
// other way to stand before one of them. Where a later k6 has no such function, linking fails and says so.
//
//go:linkname ofK6 go.k6.io/k6/internal/js.getInternalJSModules
func ofK6() map[string]any

const moduleName = "k6"

func init() {
	ext.Register(moduleName, ext.JSExtension, module{})
}

type module struct{}

type checkFunction = func(sobek.Value, sobek.Value, ...sobek.Value) (bool, error)

type instance struct {
	vu    modules.VU
	named map[string]any
	check checkFunction
}

// NewModuleInstance is called once for each VU.
func (module) NewModuleInstance(vu modules.VU) modules.Instance {
	own := ofK6()[moduleName].(modules.Module).NewModuleInstance(vu)
	i := &instance{vu: vu, named: own.Exports().Named}
	i.check = i.named["check"].(checkFunction)
	i.named["check"] = i.checked
	return i
}

// Exports are k6's, but for check.
func (i *instance) Exports() modules.Exports {
	return modules.Exports{Named: i.named}
}

func (i *instance) checked(value, asserted sobek.Value, extras ...sobek.Value) (bool, error) {
	state := i.vu.State()
	if state == nil {
		return i.check(value, asserted, extras...)
	}
	// Checks may stand within a check, each about an answer of its own.
	before, within := state.Tags.GetCurrentValues().Metadata[checks.Key]
	state.Tags.Modify(func(values *metrics.TagsAndMeta) { values.SetMetadata(checks.Key, told(value)) })
	defer state.Tags.Modify(func(values *metrics.TagsAndMeta) {
		if within {
			values.SetMetadata(checks.Key, before)
		} else {
			values.DeleteMetadata(checks.Key)
		}
	})
	return i.check(value, asserted, extras...)
}

func told(value sobek.Value) string {
	// To export anything else would copy it, and run what the script has in it.
	if value == nil || value.ExportType() != reflect.TypeFor[*k6http.Response]() {
		return checks.None
	}
	answer, isOne := value.Export().(*k6http.Response)
	if !isOne || answer == nil || answer.Response == nil {
		return checks.None
	}
	if answer.Request == nil {
		return checks.Refused
	}
	return checks.Of(answer.Timings.Duration, answer.Timings.Waiting, answer.Timings.Blocked)
}
