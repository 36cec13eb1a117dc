package ledger

import (
	"math"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// clock stands still until it is moved on.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func (c *clock) pass(ms int) { c.Time = c.Add(time.Duration(ms) * time.Millisecond) }

func fresh() (*Ledger, *clock) {
	c := &clock{time.Unix(1_800_000_000, 0)}
	return New(c.now), c
}

// must is for calls that a test expects to be taken.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// making makes a resource whose making is acknowledged, and returns its value.
func making(t *testing.T, l *Ledger, key string) int64 {
	t.Helper()
	value := l.Next()
	must(t, l.Made(value, Acknowledged, key))
	return value
}

// writing writes the only resource that may be written, and returns the value.
func writing(t *testing.T, l *Ledger, outcome string) int64 {
	t.Helper()
	lent := l.Lend(0)
	if lent == nil {
		t.Fatal("nothing is lent")
	}
	must(t, l.Wrote(lent, outcome))
	return lent.Value
}

func stale(t *testing.T, l *Ledger, mark *Mark, value int64) float64 {
	t.Helper()
	ms, err := l.Read(mark, value)
	must(t, err)
	return ms
}

func settled(t *testing.T, l *Ledger, value int64) string {
	t.Helper()
	found, err := l.Settle(l.Resources()[0], value)
	must(t, err)
	return found
}

func TestValuesAscendFromOne(t *testing.T) {
	l, _ := fresh()
	first := making(t, l, "a")
	lent := l.Lend(0)
	if next := l.Next(); first != 1 || lent.Value != 2 || next != 3 {
		t.Errorf("%d, %d, %d", first, lent.Value, next)
	}
}

func TestLedgersHaveNamesOfTheirOwn(t *testing.T) {
	one, _ := fresh()
	other, _ := fresh()
	if len(one.Name()) != 12 || one.Name() == other.Name() {
		t.Errorf("%s, %s", one.Name(), other.Name())
	}
}

func TestAnEmptyLedgerHasNothingToReadOrWrite(t *testing.T) {
	l, _ := fresh()
	l.Next()
	if l.Look(0.5) != nil || l.Lend(0.5) != nil || len(l.Resources()) != 0 {
		t.Error("it has")
	}
}

func TestAResourceIsLentToOneAtATime(t *testing.T) {
	l, _ := fresh()
	making(t, l, "a")
	making(t, l, "b")
	one, other := l.Lend(0), l.Lend(0)
	if one.Key != "a" || other.Key != "b" || l.Lend(0) != nil {
		t.Errorf("%+v, %+v", one, other)
	}
	must(t, l.Wrote(one, Refused))
	if again := l.Lend(0.9); again.Key != "a" || again.Value <= other.Value {
		t.Errorf("%+v", again)
	}
}

func TestAPlaceStandsForTheSameShareOfResources(t *testing.T) {
	l, _ := fresh()
	for _, key := range []string{"a", "b", "c", "d"} {
		making(t, l, key)
	}
	for place, key := range map[float64]string{-1: "a", 0: "a", 0.24: "a", 0.25: "b", 0.99: "d", 1: "d", 7: "d"} {
		if mark := l.Look(place); mark.Key != key {
			t.Errorf("%g: %s, not %s", place, mark.Key, key)
		}
	}
}

func TestWhatWasWrittenWithUnknownOutcomeIsReadButNeverWrittenAgain(t *testing.T) {
	l, _ := fresh()
	making(t, l, "a")
	writing(t, l, Unknown)
	if l.Lend(0) != nil {
		t.Error("it is lent")
	}
	if mark := l.Look(0); mark.Key != "a" {
		t.Errorf("%+v", mark)
	}
}

func TestALentResourceIsGivenBackOnce(t *testing.T) {
	l, _ := fresh()
	making(t, l, "a")
	lent := l.Lend(0)
	if l.Wrote(lent, "done") == nil || l.Wrote(nil, Acknowledged) == nil {
		t.Error("taken")
	}
	must(t, l.Wrote(lent, Acknowledged))
	if l.Wrote(lent, Acknowledged) == nil {
		t.Error("taken twice")
	}
}

func TestAMakingIsToldOnce(t *testing.T) {
	l, _ := fresh()
	value := l.Next()
	if l.Made(value, "done", "a") == nil || l.Made(value, Acknowledged, "") == nil || l.Made(value+1, Refused, "") == nil {
		t.Error("taken")
	}
	must(t, l.Made(value, Acknowledged, "a"))
	if l.Made(value, Acknowledged, "a") == nil {
		t.Error("taken twice")
	}
}

func TestMakingsOfUnknownOutcomeAreKept(t *testing.T) {
	l, _ := fresh()
	unanswered, unknown, refused := l.Next(), l.Next(), l.Next()
	making(t, l, "a")
	must(t, l.Made(unknown, Unknown, ""))
	must(t, l.Made(refused, Refused, ""))
	if values := l.Unmade(); !slices.Equal(values, []int64{unanswered, unknown}) {
		t.Errorf("%v", values)
	}
	if made := l.Resources(); len(made) != 1 || made[0].Key != "a" || made[0].Made != 4 {
		t.Errorf("%+v", made)
	}
}

func TestTheLastAcknowledgedValueIsNotStale(t *testing.T) {
	l, c := fresh()
	made := making(t, l, "a")
	c.pass(60_000)
	if ms := stale(t, l, l.Look(0), made); ms != 0 {
		t.Errorf("%g", ms)
	}
	written := writing(t, l, Acknowledged)
	c.pass(60_000)
	if ms := stale(t, l, l.Look(0), written); ms != 0 {
		t.Errorf("%g", ms)
	}
}

func TestAValueIsStaleSinceItsSuccessorWasAcknowledged(t *testing.T) {
	l, c := fresh()
	first := making(t, l, "a")
	c.pass(1000)
	lent := l.Lend(0)
	c.pass(100) // until here it was under way
	must(t, l.Wrote(lent, Acknowledged))
	c.pass(250)
	writing(t, l, Acknowledged)
	c.pass(50)
	mark := l.Look(0)
	c.pass(10_000) // a read may take its time
	if ms := stale(t, l, mark, first); ms != 300 {
		t.Errorf("the first: %g ms", ms)
	}
	if ms := stale(t, l, mark, lent.Value); ms != 50 {
		t.Errorf("the second: %g ms", ms)
	}
}

func TestWhatWasAcknowledgedWhileTheReadWentOnMakesNothingStale(t *testing.T) {
	l, c := fresh()
	first := making(t, l, "a")
	mark := l.Look(0)
	c.pass(10)
	second := writing(t, l, Acknowledged)
	third := writing(t, l, Acknowledged)
	c.pass(10)
	for _, value := range []int64{first, second, third} {
		if ms := stale(t, l, mark, value); ms != 0 {
			t.Errorf("%d: %g", value, ms)
		}
	}
}

func TestAWriteUnderWayOrOfUnknownOutcomeMayBeReadOrNot(t *testing.T) {
	l, c := fresh()
	first := making(t, l, "a")
	lent := l.Lend(0)
	for range 2 {
		c.pass(1000)
		mark := l.Look(0)
		if before, after := stale(t, l, mark, first), stale(t, l, mark, lent.Value); before != 0 || after != 0 {
			t.Errorf("%g, %g", before, after)
		}
		if l.Lend(0) == nil {
			_ = l.Wrote(lent, Unknown)
		}
	}
}

func TestAValueThatWasNeverWrittenIsNoNumberOfMilliseconds(t *testing.T) {
	l, _ := fresh()
	making(t, l, "a")
	refused := writing(t, l, Refused)
	making(t, l, "b")
	for _, value := range []int64{0, -1, refused, l.Resources()[1].Made, 1000} {
		if ms := stale(t, l, l.Look(0), value); !math.IsNaN(ms) {
			t.Errorf("%d: %g", value, ms)
		}
	}
	if _, err := l.Read(nil, 1); err == nil {
		t.Error("read without a mark")
	}
}

func TestInTheEndAnAcknowledgedWriteIsKeptOrLost(t *testing.T) {
	l, _ := fresh()
	made := making(t, l, "a")
	written := writing(t, l, Acknowledged)
	refused := writing(t, l, Refused)
	for value, verdict := range map[int64]string{written: Kept, made: Lost, refused: Lost, 0: Lost} {
		if found := settled(t, l, value); found != verdict {
			t.Errorf("%d: %s", value, found)
		}
	}
	if _, err := l.Settle(nil, 1); err == nil {
		t.Error("settled nothing")
	}
}

func TestInTheEndAWriteOfUnknownOutcomeTookEffectOrDidNot(t *testing.T) {
	for _, told := range []bool{true, false} { // or else it was under way when the load was stopped
		l, _ := fresh()
		made := making(t, l, "a")
		written := writing(t, l, Acknowledged)
		lent := l.Lend(0)
		if told {
			must(t, l.Wrote(lent, Unknown))
		}
		for value, verdict := range map[int64]string{lent.Value: TookEffect, written: DidNot, made: Lost, 0: Lost} {
			if found := settled(t, l, value); found != verdict {
				t.Errorf("%d: %s", value, found)
			}
		}
	}
}

func TestOfTwoResourcesWithOneKeyTheFirstIsLostAndNeverWritten(t *testing.T) {
	l, _ := fresh()
	making(t, l, "a")
	second := making(t, l, "a")
	if found := settled(t, l, second); found != Lost {
		t.Error(found)
	}
	lent := l.Lend(0)
	must(t, l.Wrote(lent, Acknowledged))
	if found, _ := l.Settle(l.Resources()[1], lent.Value); found != Kept {
		t.Error(found)
	}
}

// A service that keeps every write at once: whatever many VUs do beside one another, no read of it is stale.
func TestManyVUsAtOnceNeitherShareAResourceNorFindAKeptOneStale(t *testing.T) {
	const vus, rounds = 16, 500
	l := New(time.Now)
	var service sync.Map // key → value
	var holders sync.Map // keys that are being written
	var group sync.WaitGroup
	for vu := range vus {
		group.Go(func() {
			for round := range rounds {
				place := float64((vu*31+round*17)%97) / 97
				switch round % 10 {
				case 0:
					value, key := l.Next(), strconv.Itoa(vu*rounds+round)
					service.Store(key, value)
					if err := l.Made(value, Acknowledged, key); err != nil {
						t.Error(err)
					}
				case 1, 2, 3:
					lent := l.Lend(place)
					if lent == nil {
						continue
					}
					if _, shared := holders.LoadOrStore(lent.Key, true); shared {
						t.Errorf("%s is lent twice", lent.Key)
					}
					service.Store(lent.Key, lent.Value)
					holders.Delete(lent.Key)
					if err := l.Wrote(lent, []string{Acknowledged, Acknowledged, Unknown}[round%3]); err != nil {
						t.Error(err)
					}
				default:
					mark := l.Look(place)
					if mark == nil {
						continue
					}
					value, _ := service.Load(mark.Key)
					if ms, err := l.Read(mark, value.(int64)); err != nil || ms != 0 {
						t.Errorf("%g, %v", ms, err)
					}
				}
			}
		})
	}
	group.Wait()
	if made := len(l.Resources()); made != vus*rounds/10 {
		t.Errorf("%d were made", made)
	}
	for _, r := range l.Resources() {
		value, _ := service.Load(r.Key)
		if found, _ := l.Settle(r, value.(int64)); found == Lost || found == DidNot {
			t.Errorf("%s: %s", r.Key, found)
		}
	}
}
