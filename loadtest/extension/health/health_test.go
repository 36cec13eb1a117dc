package health

import (
	"testing"
	"time"
)

func at(milliseconds int64) time.Time {
	return time.UnixMilli(1_700_000_000_000 + milliseconds)
}

const base = 1_700_000_000

func TestBusyTimeIsIntegratedAcrossSeconds(t *testing.T) {
	ledger := NewLedger()
	ledger.Open(at(100))
	ledger.Begin(at(500), at(490)) // one under way
	ledger.Begin(at(750), at(750)) // two
	ledger.End(at(1250))           // one
	ledger.Drop(at(1300), at(990)) // due in the second before
	ledger.End(at(3500))           // none
	seconds := ledger.Take(base+10, at(3900))
	if len(seconds) != 4 {
		t.Fatalf("%d seconds: %+v", len(seconds), seconds)
	}
	expected := []Second{
		{Unix: base, Arrivals: 2, Dropped: 1, Busy: 750 * time.Millisecond, Lag: 10 * time.Millisecond},
		{Unix: base + 1, Arrivals: 0, Dropped: 0, Busy: 1250 * time.Millisecond, Lag: 0},
		{Unix: base + 2, Arrivals: 0, Dropped: 0, Busy: time.Second, Lag: 0},
		{Unix: base + 3, Arrivals: 0, Dropped: 0, Busy: 500 * time.Millisecond, Lag: 0},
	}
	for index := range expected {
		if seconds[index] != expected[index] {
			t.Errorf("second %d: %+v, expected %+v", index, seconds[index], expected[index])
		}
	}
}

func TestQuietSecondsHaveALineToo(t *testing.T) {
	ledger := NewLedger()
	ledger.Open(at(0))
	if seconds := ledger.Take(base+2, at(2300)); len(seconds) != 2 || seconds[1].Arrivals != 0 {
		t.Errorf("%+v", seconds)
	}
	if seconds := ledger.Take(base+2, at(2400)); len(seconds) != 0 {
		t.Errorf("taken twice: %+v", seconds)
	}
}

func TestWhatComesLateIsAFurtherEntry(t *testing.T) {
	ledger := NewLedger()
	ledger.Open(at(0))
	ledger.Begin(at(100), at(100))
	ledger.Take(base+1, at(1300))
	ledger.Begin(at(900), at(800)) // noted only now
	seconds := ledger.Take(base+1, at(1400))
	if len(seconds) != 1 || seconds[0].Arrivals != 1 || seconds[0].Lag != 100*time.Millisecond {
		t.Errorf("%+v", seconds)
	}
}

func TestAnUnusedLedgerHasNoSeconds(t *testing.T) {
	ledger := NewLedger()
	if seconds := ledger.Take(base, at(0)); len(seconds) != 0 || ledger.Opened() {
		t.Errorf("%+v", seconds)
	}
}
