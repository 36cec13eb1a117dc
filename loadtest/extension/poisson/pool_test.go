package poisson

import (
	"testing"
	"time"
)

func TestThePoolPrefersWhoWorkedLast(t *testing.T) {
	first, second := make(chan time.Time, 1), make(chan time.Time, 1)
	var p pool
	p.put(first)
	p.put(second)
	due := time.Now()
	if !p.hand(due) || len(second) != 1 || len(first) != 0 {
		t.Fatal("the last one put back was not the first one asked")
	}
	if !p.hand(due) || len(first) != 1 {
		t.Fatal("the other one was not asked")
	}
	if p.hand(due) {
		t.Fatal("an empty pool handed out work")
	}
}
