package poisson

import (
	"math"
	"sort"
	"testing"
	"time"
)

func arrivals(p *process) []time.Duration {
	var times []time.Duration
	for at, more := p.next(); more; at, more = p.next() {
		times = append(times, at)
	}
	return times
}

// kolmogorovSmirnov is sqrt(n) times the largest distance between the gaps' empirical distribution and the
// exponential one; above 1.63 with probability 0.01 where they are exponential (Smirnov, 1948).
func kolmogorovSmirnov(times []time.Duration, rate float64) float64 {
	gaps := make([]float64, len(times))
	last := time.Duration(0)
	for index, at := range times {
		gaps[index] = (at - last).Seconds()
		last = at
	}
	sort.Float64s(gaps)
	n, distance := float64(len(gaps)), 0.0
	for index, gap := range gaps {
		expected := 1 - math.Exp(-rate*gap)
		distance = max(distance, expected-float64(index)/n, float64(index+1)/n-expected)
	}
	return math.Sqrt(n) * distance
}

func countsPerSecond(times []time.Duration, seconds int) (mean, variance float64) {
	counts := make([]float64, seconds)
	for _, at := range times {
		counts[int(at/time.Second)]++
	}
	for _, count := range counts {
		mean += count / float64(seconds)
	}
	for _, count := range counts {
		variance += (count - mean) * (count - mean) / float64(seconds-1)
	}
	return mean, variance
}

func TestGapsAreExponential(t *testing.T) {
	times := arrivals(newProcess(7, "load/0:1", []stage{{37.5, 1000 * time.Second}}))
	if mean := float64(len(times)) / 1000; math.Abs(mean-37.5) > 3*math.Sqrt(37.5/1000) {
		t.Errorf("%.2f arrivals a second, asked for 37.5", mean)
	}
	if distance := kolmogorovSmirnov(times, 37.5); distance > 1.63 {
		t.Errorf("gaps are not exponential: Kolmogorov-Smirnov %.2f", distance)
	}
}

func TestTheTestForGapsTellsEvenArrivals(t *testing.T) {
	var even []time.Duration
	for index := range 1000 {
		even = append(even, time.Duration(index+1)*time.Second/10)
	}
	if distance := kolmogorovSmirnov(even, 10); distance < 1.63 {
		t.Errorf("even gaps pass for exponential: %.2f", distance)
	}
}

func TestTheSameSeedGivesTheSameArrivals(t *testing.T) {
	stages := []stage{{50, 10 * time.Second}}
	first, again := arrivals(newProcess(3, "a", stages)), arrivals(newProcess(3, "a", stages))
	other, named := arrivals(newProcess(4, "a", stages)), arrivals(newProcess(3, "b", stages))
	if len(first) == 0 || len(first) != len(again) {
		t.Fatalf("%d arrivals, then %d", len(first), len(again))
	}
	for index := range first {
		if first[index] != again[index] {
			t.Fatalf("arrival %d differs", index)
		}
	}
	if first[0] == other[0] || first[0] == named[0] {
		t.Error("another seed or name gives the same arrivals")
	}
}

func TestSegmentsTogetherAreOneProcess(t *testing.T) {
	const seconds, rate = 2000, 20.0
	var together []time.Duration
	for name, share := range map[string]float64{"load/0:1/4": 0.25, "load/1/4:1/2": 0.25, "load/1/2:1": 0.5} {
		together = append(together, arrivals(newProcess(11, name, []stage{{rate * share, seconds * time.Second}}))...)
	}
	sort.Slice(together, func(a, b int) bool { return together[a] < together[b] })
	if distance := kolmogorovSmirnov(together, rate); distance > 1.63 {
		t.Errorf("gaps are not exponential: Kolmogorov-Smirnov %.2f", distance)
	}
	mean, variance := countsPerSecond(together, seconds)
	// The index of dispersion of n counts has standard deviation sqrt(2/(n-1)) where they are Poisson.
	if ratio := variance / mean; math.Abs(ratio-1) > 3*math.Sqrt(2.0/(seconds-1)) {
		t.Errorf("variance over mean is %.3f", ratio)
	}
}

func TestStagesHaveTheirOwnRates(t *testing.T) {
	stages := []stage{{10, 400 * time.Second}, {0, 100 * time.Second}, {40, 400 * time.Second}}
	var counts [3]int
	for _, at := range arrivals(newProcess(5, "load", stages)) {
		switch {
		case at < 400*time.Second:
			counts[0]++
		case at < 500*time.Second:
			counts[1]++
		default:
			counts[2]++
		}
	}
	for index, expected := range []float64{4000, 0, 16000} {
		if math.Abs(float64(counts[index])-expected) > 3*math.Sqrt(expected) {
			t.Errorf("stage %d: %d arrivals, expected about %.0f", index+1, counts[index], expected)
		}
	}
}
