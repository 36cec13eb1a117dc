// Package ledger keeps account of what a load writes, and of what the service said to it. By it can be told how stale a
// read is while the load runs, and afterwards whether a write that was acknowledged is lost or was done twice.
//
// What makes this sound is who may write: a resource is written by one VU at a time, so its writes have an order; and
// one whose last write had an unknown outcome is never written again, so that an effect which comes late is not taken
// for the loss of a later write. It is still read, and judged in the end.
//
// Scripts use a ledger as the object `ledger` of k6/x/scalebed. There is one for each k6 process, since VUs share no
// memory in JavaScript; runners of one load have one each, which know nothing of each other.
package ledger

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// What a service said to a write.
const (
	Acknowledged = "acknowledged" // it is done
	Refused      = "refused"      // it is certainly not done, and never will be
	Unknown      = "unknown"      // it may be done, now or later
)

// Ledger is safe for concurrent use.
//
// Values are whole numbers from 1, unique in the ledger and ascending in time, so that of two of a resource's the
// larger was written later. What JavaScript has for a number that is missing (undefined, null, NaN) comes as 0, which
// is none.
type Ledger struct {
	name string
	now  func() time.Time

	mutex     sync.Mutex
	last      int64                // of the values handed out
	resources []*Resource          // in the order in which their making was acknowledged
	latest    map[string]*Resource // by key
	makings   map[int64]struct{}   // under way, or of unknown outcome
}

// Default is the ledger of this process.
var Default = New(time.Now)

// New makes an empty ledger, which takes the time from `now`.
func New(now func() time.Time) *Ledger {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // never fails
	return &Ledger{
		name:    hex.EncodeToString(random),
		now:     now,
		latest:  make(map[string]*Resource),
		makings: make(map[int64]struct{}),
	}
}

// Name is a word of twelve characters, another in each ledger: what is made under it is nobody else's.
func (l *Ledger) Name() string {
	return l.name
}

// Next returns a fresh value for a resource that is about to be made. Until Made tells more, the outcome is unknown:
// that holds as well for what a VU was doing when the load was stopped.
func (l *Ledger) Next() int64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	value := l.fresh()
	l.makings[value] = struct{}{}
	return value
}

// Made tells what was said to the making of the resource with this value, and where it was acknowledged, its key. From
// then on it is lent, and looked at.
func (l *Ledger) Made(value int64, outcome, key string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, begun := l.makings[value]; !begun {
		return fmt.Errorf("made(%d): nothing is being made with this value", value)
	}
	switch outcome {
	case Acknowledged:
		if key == "" {
			return fmt.Errorf("made(%d): what was acknowledged has a key", value)
		}
		// A key that is given out twice: what had it first is gone, and a write to it would be one to the other.
		if former, taken := l.latest[key]; taken {
			former.retired = true
		}
		made := newResource(key, write{value, Acknowledged, l.now()})
		l.latest[key] = made
		l.resources = append(l.resources, made)
		delete(l.makings, value)
	case Refused:
		delete(l.makings, value)
	case Unknown:
	default:
		return unheard(outcome)
	}
	return nil
}

// Lent is a resource to be written with this value, by nobody else until Wrote tells what came of it.
type Lent struct {
	Key   string
	Value int64

	resource *Resource
}

// Lend lends the resource that stands at this place, from 0 for the first that was made up to 1, or else the next one
// that may be written; nil where none may.
func (l *Ledger) Lend(place float64) *Lent {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	from := l.at(place)
	for step := range l.resources {
		r := l.resources[(from+step)%len(l.resources)]
		if r.lent || r.retired {
			continue
		}
		r.lent = true
		lent := &Lent{r.Key, l.fresh(), r}
		r.begin(lent.Value)
		return lent
	}
	return nil
}

// Wrote gives back what was lent, and tells what was said to the write.
func (l *Ledger) Wrote(lent *Lent, outcome string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if lent == nil || !lent.resource.underWay(lent.Value) {
		return fmt.Errorf("wrote() takes what lend() returned, once")
	}
	switch outcome {
	case Acknowledged, Refused, Unknown:
		lent.resource.end(outcome, l.now())
		return nil
	default:
		return unheard(outcome)
	}
}

// Mark is a resource that is about to be read.
type Mark struct {
	Key string

	resource *Resource
	last     int // of its writes, the last that had been acknowledged
	at       time.Time
}

// Look marks the resource that stands at this place, from 0 for the first that was made up to 1; nil where there is
// none. The read begins afterwards.
func (l *Ledger) Look(place float64) *Mark {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.resources) == 0 {
		return nil
	}
	r := l.resources[l.at(place)]
	return &Mark{r.Key, r, r.acknowledged, l.now()}
}

// Read returns how stale the value is that was read, in milliseconds: how long before the read began another had been
// acknowledged in its place. It is 0 for the last one acknowledged by then, and for what was under way, of unknown
// outcome or written later; NaN for a value that the resource never had, which is a wrong answer, however old.
func (l *Ledger) Read(mark *Mark, value int64) (float64, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if mark == nil {
		return 0, fmt.Errorf("read() takes what look() returned")
	}
	return mark.resource.stale(value, mark.last, mark.at), nil
}

// Resources returns all whose making was acknowledged, in that order.
func (l *Ledger) Resources() []*Resource {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Clone(l.resources)
}

// Unmade returns, in ascending order, the values of what may have been made: its making was not answered, or with an
// unknown outcome.
func (l *Ledger) Unmade() []int64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.Sorted(maps.Keys(l.makings))
}

// Settle judges the value that a resource is found with when the load is over; 0 stands for one that is not there.
// It returns one of Kept, Lost, TookEffect and DidNot.
func (l *Ledger) Settle(resource *Resource, value int64) (string, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if resource == nil {
		return "", fmt.Errorf("settle() takes what resources() returned")
	}
	return resource.settle(value), nil
}

func (l *Ledger) fresh() int64 {
	l.last++
	return l.last
}

// at is the index of the resource at a place from 0 to 1.
func (l *Ledger) at(place float64) int {
	return max(0, min(int(place*float64(len(l.resources))), len(l.resources)-1))
}

func unheard(outcome string) error {
	return fmt.Errorf("an outcome is %s, %s or %s, not %q", Acknowledged, Refused, Unknown, outcome)
}
