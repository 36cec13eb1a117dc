package seconds

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.k6.io/k6/lib/netext/httpext"
	"go.k6.io/k6/metrics"
	"gopkg.in/guregu/null.v3"

	"scalebed/k6/checks"
	"scalebed/k6/iterations"
)

// at is a moment of the second that these tests are about.
func at(milliseconds int) time.Time {
	return time.Unix(base, int64(milliseconds)*int64(time.Millisecond))
}

func of(vu string) map[string]string {
	return map[string]string{iterations.Key: vu}
}

func began(vu string, atMs int, late time.Duration) metrics.SampleContainer {
	return &iterations.Began{VU: vu, At: at(atMs), Late: late, Seen: true}
}

func ended(vu string, atMs int, thrown string) metrics.SampleContainer {
	return &iterations.Ended{VU: vu, At: at(atMs), Thrown: thrown}
}

// answer is a response that ended at one moment and had begun at another. `expected`: what the script's callback says.
func answer(vu, endpoint string, status, fromMs, toMs int, expected ...bool) *httpext.Trail {
	trail := &httpext.Trail{
		EndTime: at(toMs), Duration: time.Duration(toMs-fromMs) * time.Millisecond, Metadata: of(vu),
		Tags: tags(map[string]string{"endpoint": endpoint, "status": fmt.Sprint(status)}),
	}
	if len(expected) > 0 {
		trail.Failed = null.BoolFrom(!expected[0])
	}
	return trail
}

func checked(vu string, atMs int, passed bool, also ...string) metrics.SampleContainer {
	value := 0.0
	if passed {
		value = 1
	}
	pairs := map[string]string{"check": "it is right"}
	for index := 0; index+1 < len(also); index += 2 {
		pairs[also[index]] = also[index+1]
	}
	sample := metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: builtin.Checks, Tags: tags(pairs)}, Time: at(atMs), Value: value,
	}
	if vu != "" {
		sample.Metadata = of(vu)
	}
	return sample
}

// lines are what one second comes to, with everything handed over at once.
func linesOf(t *testing.T, containers ...metrics.SampleContainer) []anyLine {
	t.Helper()
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples(containers)
	o.flush(at(9000), base+9)
	if stdout.Len() == 0 {
		return nil
	}
	return parse(t, stdout.String())
}

// told sums lines up as `endpoint status error ×count`, and checks as `check passed/failed/beside`.
func told(lines []anyLine) string {
	var parts []string
	for _, line := range lines {
		switch line.Type {
		case "endpoint":
			parts = append(parts, fmt.Sprintf("%s %d %s×%d", line.Endpoint, line.Status, line.Error, line.Count))
		case "check":
			parts = append(parts, fmt.Sprintf("%s %d/%d/%d", line.Check, line.Passed, line.Failed, line.Beside))
		}
	}
	return strings.Join(parts, ", ")
}

func TestWhatIsAnError(t *testing.T) {
	for status, failure := range map[int]string{0: noResponse, 200: "", 204: "", 301: "3xx", 404: "4xx", 503: "5xx"} {
		line := linesOf(t, began("1", 0, 0), answer("1", "a", status, 10, 20, status/100 == 2), ended("1", 21, ""))[0]
		if line.Error != failure || line.Status != status || line.Count != 1 {
			t.Errorf("%d: %+v", status, line)
		}
	}
}

func TestWhatTheScriptDeclaresIsNoError(t *testing.T) {
	for _, status := range []int{301, 404, 503} {
		line := linesOf(t, began("1", 0, 0), answer("1", "a", status, 10, 20, true), ended("1", 21, ""))[0]
		if line.Error != "" || line.Status != status {
			t.Errorf("%+v", line)
		}
	}
	if line := linesOf(t, began("1", 0, 0), answer("1", "a", 200, 10, 20, false))[0]; line.Error != "unexpected 2xx" {
		t.Errorf("%+v", line)
	}
	// An answer that never came was expected by nobody, whatever a callback says of its status.
	if line := linesOf(t, began("1", 0, 0), answer("1", "a", 0, 10, 20, true))[0]; line.Error != noResponse {
		t.Errorf("%+v", line)
	}
}

func TestK6sOwnDefaultDeclaresNoRedirect(t *testing.T) {
	unseen := answer("1", "a", 301, 10, 20, true)
	unseen.Metadata = nil
	if line := linesOf(t, unseen)[0]; line.Error != "3xx" {
		t.Errorf("%+v", line)
	}
	unseen.Tags = tags(map[string]string{"endpoint": "a", "status": "404"})
	if line := linesOf(t, unseen)[0]; line.Error != "" {
		t.Errorf("%+v", line)
	}
}

func TestARedirectThatIsFollowedIsPartOfItsRequest(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0),
		answer("1", "a", 301, 10, 30, false), &iterations.Followed{VU: "1", From: "http://h/a", To: "http://h/b"},
		answer("1", "a", 302, 30, 60, false), &iterations.Followed{VU: "1", From: "http://h/a", To: "http://h/b"},
		answer("1", "a", 200, 60, 100, true),
		ended("1", 101, ""),
	)
	if told(lines) != "a 200 ×1" {
		t.Fatal(told(lines))
	}
	if h := decode(t, lines[0].Histogram); !h.ValuesAreEquivalent(h.Max(), 90_000) {
		t.Errorf("%d µs, with its redirects 90 ms", h.Max())
	}
}

func TestARedirectThatIsNotFollowedFails(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0),
		answer("1", "a", 301, 10, 20, false), answer("1", "b", 200, 20, 30, true), // the script's own next request
		ended("1", 31, ""),
		began("1", 40, 0),
		answer("1", "a", 301, 50, 60, false), &iterations.Followed{VU: "1", From: "http://h/a", To: "http://h/b"}, answer("1", "a", 302, 60, 70, false),
		ended("1", 71, ""), // one too many
	)
	if told(lines) != "a 301 3xx×1, a 302 3xx×1, b 200 ×1" {
		t.Error(told(lines))
	}
}

func TestAFailedCheckFailsTheRequestBeforeIt(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0), began("2", 0, 0),
		answer("1", "a", 200, 10, 20), answer("2", "a", 200, 10, 20),
		checked("2", 21, true), checked("2", 21, false), checked("2", 21, false), checked("2", 22, false),
		ended("2", 23, ""),
		answer("1", "a", 200, 30, 40), checked("1", 41, false), ended("1", 42, ""),
	)
	if told(lines) != "a 200 ×1, a 200 check failed×2, it is right 1/4/0" {
		t.Error(told(lines))
	}
}

func TestAFailedCheckKeepsTheReasonThatARequestFailedFor(t *testing.T) {
	lines := linesOf(t, began("1", 0, 0), answer("1", "a", 500, 10, 20), checked("1", 21, false), ended("1", 22, ""))
	if told(lines) != "a 500 5xx×1, it is right 0/1/0" {
		t.Error(told(lines))
	}
}

func TestEachCheckOfABatchFailsARequestOfIt(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0),
		answer("1", "a", 200, 10, 30), answer("1", "a", 201, 11, 40), answer("1", "a", 202, 12, 50),
		checked("1", 51, false), checked("1", 52, true), checked("1", 53, false), ended("1", 54, ""),
	)
	if told(lines) != "a 200 ×1, a 201 check failed×1, a 202 check failed×1, it is right 1/2/0" {
		t.Error(told(lines))
	}
}

func TestACheckWithAnEndpointJudgesThat(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0), answer("1", "a", 200, 10, 30), answer("1", "b", 200, 11, 40),
		checked("1", 51, false, "endpoint", "a"), ended("1", 54, ""),
	)
	if told(lines) != "a 200 check failed×1, b 200 ×1, it is right 0/1/0" {
		t.Error(told(lines))
	}
}

// about makes a check know the answer it was called with.
func about(check metrics.SampleContainer, one *httpext.Trail) metrics.SampleContainer {
	sample := check.(metrics.Sample)
	sample.Metadata[checks.Key] = checks.Of(metrics.D(one.Duration), metrics.D(one.Waiting), metrics.D(one.Blocked))
	return sample
}

func TestACheckJudgesTheAnswerItWasCalledWith(t *testing.T) {
	a, b, c := answer("1", "a", 200, 10, 30), answer("1", "b", 200, 40, 61), answer("1", "c", 200, 70, 92)
	lines := linesOf(t,
		began("1", 0, 0), a, b, c, about(checked("1", 93, false), a), about(checked("1", 93, false), a),
		about(checked("1", 94, true), b), about(checked("1", 95, false), c), ended("1", 96, ""),
	)
	if told(lines) != "a 200 check failed×1, b 200 ×1, c 200 check failed×1, it is right 1/3/0" {
		t.Error(told(lines))
	}
}

func TestACheckOfAnAnswerThatNeverCameIsNoFurtherFailure(t *testing.T) {
	lost := answer("1", "a", 0, 20, 20)
	lines := linesOf(t,
		began("1", 0, 0), lost, answer("1", "b", 200, 40, 61), about(checked("1", 93, false), lost), ended("1", 96, ""),
	)
	if told(lines) != "a 0 no response×1, b 200 ×1, it is right 0/1/0" {
		t.Error(told(lines))
	}
}

func TestACheckThatComesLateFailsTheEndpointOfItsAnswer(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	a, b := answer("1", "a", 200, 10, 30), answer("1", "b", 200, 40, 61)
	o.AddMetricSamples([]metrics.SampleContainer{began("1", 0, 0), a, b})
	o.flush(at(3000), base+2)
	o.AddMetricSamples([]metrics.SampleContainer{
		about(checked("1", 3100, false), a), about(checked("1", 3100, false), a), ended("1", 3200, ""),
	})
	o.flush(at(9000), base+9)
	if said := told(parse(t, stdout.String())); said != "a 200 ×1, b 200 ×1, a 0 check failed×1, it is right 0/2/0" {
		t.Error(said)
	}
}

func TestACheckOfWhatWasNeverAskedIsTheIterationsOwn(t *testing.T) {
	for _, called := range []string{
		checks.Refused,           // k6 could make no request of it
		"",                       // without an answer, but each request of this iteration has one
		checks.Of(1234, 1200, 3), // of another iteration
	} {
		containers := []metrics.SampleContainer{began("1", 0, 0), answer("1", "a", 200, 10, 30)}
		for range 2 { // two that fail in one call are one failure
			sample := checked("1", 93, false).(metrics.Sample)
			sample.Metadata[checks.Key] = called
			containers = append(containers, sample)
		}
		lines := linesOf(t, append(containers, ended("1", 96, ""))...)
		if told(lines) != "a 200 ×1, iteration 0 check failed×1, it is right 0/2/0" {
			t.Errorf("%q: %s", called, told(lines))
		}
	}
}

func TestACheckOfARefusedRequestIsNotCoveredByALostOne(t *testing.T) {
	refused := checked("1", 93, false).(metrics.Sample)
	refused.Metadata[checks.Key] = checks.Refused
	lines := linesOf(t, began("1", 0, 0), answer("1", "a", 0, 20, 20), refused, ended("1", 96, ""))
	if told(lines) != "a 0 no response×1, iteration 0 check failed×1, it is right 0/1/0" {
		t.Error(told(lines))
	}
}

func TestATagTellsTheEndpointOfAnAnswerOfAnotherIteration(t *testing.T) {
	other := checked("1", 93, false, "endpoint", "a").(metrics.Sample)
	other.Metadata[checks.Key] = checks.Of(1234, 1200, 3)
	lines := linesOf(t, began("1", 0, 0), answer("1", "a", 200, 10, 30), answer("1", "b", 200, 40, 61), other)
	if told(lines) != "a 200 check failed×1, b 200 ×1, it is right 0/1/0" {
		t.Error(told(lines))
	}
}

func TestACheckOfAForgottenAnswerBlamesNoEndpoint(t *testing.T) {
	containers := []metrics.SampleContainer{began("1", 0, 0)}
	count := mostPast + 2*mostHeld
	for index := range count {
		one := answer("1", "a", 200, 10, 30)
		one.Waiting = time.Duration(index)
		containers = append(containers, one)
	}
	forgotten := containers[mostPast+mostHeld/2].(*httpext.Trail)
	lines := linesOf(t, append(containers, about(checked("1", 93, false), forgotten), ended("1", 96, ""))...)
	if said := fmt.Sprintf("a 200 ×%d, iteration 0 check failed×1, it is right 0/1/0", count); told(lines) != said {
		t.Error(told(lines))
	}
}

func TestNothingIsRememberedOfAnIterationThatIsOver(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples([]metrics.SampleContainer{began("1", 0, 0), answer("1", "a", 200, 10, 30)})
	o.flush(at(3000), base+2)
	if len(o.tally.journeys["1"].past) != 1 {
		t.Error("a check of it may still come")
	}
	o.AddMetricSamples([]metrics.SampleContainer{answer("1", "a", 200, 40, 60), ended("1", 70, "")})
	if past := o.tally.journeys["1"].past; past != nil {
		t.Error(past)
	}
}

func TestACheckThatMayBeOfSeveralEndpointsBlamesNone(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0), answer("1", "a", 200, 10, 30), answer("1", "b", 200, 40, 61),
		checked("1", 93, false), checked("1", 93, false), ended("1", 96, ""),
	)
	if told(lines) != "a 200 ×1, b 200 ×1, iteration 0 check failed×1, it is right 0/2/0" {
		t.Error(told(lines))
	}
}

func TestAnEmptyTagTakesNoRequestOutOfTheLoad(t *testing.T) {
	for name, of := range map[string]map[string]string{
		"GET /items/{n}":     {"endpoint": "", "url": "http://h/items/3", "name": "http://h/items/3"},
		"GET without a name": {"endpoint": "", "url": "", "name": ""}, // k6 puts the tag `name` in the place of the URL
		"shop":               {"name": "", "group": "::shop"},
	} {
		emptied := answer("1", "", 500, 10, 30)
		emptied.Tags = tags(map[string]string{"status": "500", "method": "GET"}).WithTagsFromMap(of)
		if said := told(linesOf(t, began("1", 0, 0), emptied, ended("1", 31, ""))); said != name+" 500 5xx×1" {
			t.Error(said)
		}
	}
}

func TestACheckOfNoRequestIsAFailureOfItsOwn(t *testing.T) {
	lines := linesOf(t, began("1", 0, 0), checked("1", 21, false), checked("1", 21, false), ended("1", 22, ""))
	if told(lines) != "iteration 0 check failed×1, it is right 0/2/0" {
		t.Error(told(lines))
	}
}

func TestACheckOfNoIterationIsBesideTheLoad(t *testing.T) {
	if said := told(linesOf(t, checked("", 0, false), checked("", 1, true))); said != "it is right 1/1/1" {
		t.Error(said)
	}
}

func TestAScriptThatThrowsIsCountedEachTime(t *testing.T) {
	var containers []metrics.SampleContainer
	for index := range 3 {
		containers = append(containers, began("1", index*100, 0),
			answer("1", "a", 200, index*100+10, index*100+20), ended("1", index*100+50, "Error: it is broken"))
	}
	lines := linesOf(t, containers...)
	if told(lines) != "a 200 ×3, iteration 0 script error×3, the script throws nothing (Error: it is broken) 0/3/0" {
		t.Fatal(told(lines))
	}
	// What it took after its last request, so that all latencies together are the time in which it was under way.
	if h := decode(t, lines[1].Histogram); !h.ValuesAreEquivalent(h.Max(), 30_000) {
		t.Errorf("%d µs", h.Max())
	}
}

func TestExceptionsOfManyKindsAreBounded(t *testing.T) {
	var containers []metrics.SampleContainer
	for index := range 100 {
		containers = append(containers, began("1", index, 0), ended("1", index, fmt.Sprintf("Error: %d", index)))
	}
	lines := linesOf(t, containers...)
	if len(lines) != 1+mostMessages+1 || lines[0].Count != 100 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestLatencyCountsFromWhenAnArrivalWasDue(t *testing.T) {
	lines := linesOf(t,
		began("1", 100, 40*time.Millisecond), answer("1", "a", 200, 100, 120), answer("1", "a", 200, 130, 150),
		ended("1", 151, ""),
		began("2", 200, 0), answer("2", "a", 200, 200, 220), ended("2", 221, ""),
	)
	if told(lines) != "a 200 ×3" {
		t.Fatal(told(lines))
	}
	due, undelayed := decode(t, lines[0].Histogram), decode(t, lines[0].Undelayed)
	if !due.ValuesAreEquivalent(due.Max(), 60_000) || !due.ValuesAreEquivalent(due.ValueAtQuantile(66), 20_000) {
		t.Errorf("from when they were due: %d µs, and the others %d µs", due.Max(), due.ValueAtQuantile(66))
	}
	if undelayed.TotalCount() != 3 || !undelayed.ValuesAreEquivalent(undelayed.Max(), 20_000) {
		t.Errorf("from when they began: %d of up to %d µs", undelayed.TotalCount(), undelayed.Max())
	}
}

func TestAllThatBeginLateTogetherAreLate(t *testing.T) {
	lines := linesOf(t,
		began("1", 100, 40*time.Millisecond),
		answer("1", "a", 200, 110, 130), answer("1", "a", 200, 112, 132), answer("1", "a", 200, 140, 160),
		ended("1", 161, ""),
	)
	due := decode(t, lines[0].Histogram)
	if !due.ValuesAreEquivalent(due.ValueAtQuantile(60), 60_000) || !due.ValuesAreEquivalent(due.Min(), 20_000) {
		t.Errorf("%d to %d µs", due.Min(), due.ValueAtQuantile(60))
	}
}

func TestWithoutLatenessThereIsOneHistogram(t *testing.T) {
	line := linesOf(t, began("1", 0, 0), answer("1", "a", 200, 10, 20), ended("1", 21, ""))[0]
	if line.Undelayed != "" {
		t.Errorf("%+v", line)
	}
}

func TestARequestIsNotHeldForLongWhileItsIterationGoesOn(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.AddMetricSamples([]metrics.SampleContainer{began("1", 0, 0), answer("1", "a", 200, 10, 20)})
	o.flush(at(1300), base+1)
	if stdout.Len() != 0 {
		t.Fatalf("a check may yet come: %s", stdout.String())
	}
	o.flush(at(2300), base+2)
	if said := told(parse(t, stdout.String())); said != "a 200 ×1" {
		t.Error(said)
	}
}

func TestWhatAnInterruptedIterationGotIsKept(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0), answer("1", "a", 200, 10, 20), // cut short
		began("1", 30, 0), answer("1", "b", 200, 40, 50),
	)
	if told(lines) != "a 200 ×1, b 200 ×1" {
		t.Error(told(lines))
	}
}

// page is an answer whose samples name its URL, as those of a script of the user's own do.
func page(vu, url, group string, status, fromMs, toMs int) *httpext.Trail {
	trail := answer(vu, "", status, fromMs, toMs, status/100 == 2)
	trail.Tags = tags(map[string]string{
		"status": fmt.Sprint(status), "url": url, "name": url, "method": "GET", "group": group,
	})
	return trail
}

func TestARedirectToAnotherURLIsPartOfTheRequestThatBegan(t *testing.T) {
	lines := linesOf(t,
		began("1", 0, 0),
		page("1", "http://h/login", "", 302, 10, 30),
		page("1", "http://h/other", "", 301, 12, 31), // at the same time, and not followed
		&iterations.Followed{VU: "1", From: "http://h/login", To: "http://h/home"},
		page("1", "http://h/home", "", 200, 31, 70),
		ended("1", 71, ""),
	)
	if told(lines) != "GET /login 200 ×1, GET /other 301 3xx×1" {
		t.Fatal(told(lines))
	}
	if h := decode(t, lines[0].Histogram); !h.ValuesAreEquivalent(h.Max(), 59_000) {
		t.Errorf("%d µs, with its redirect 59 ms", h.Max())
	}
}

func TestWhatSetupAsksIsBesideTheLoad(t *testing.T) {
	if lines := linesOf(t, page(iterations.Beside, "http://h/login", "::setup", 500, 10, 30)); len(lines) != 0 {
		t.Error(told(lines))
	}
}

func TestARedirectOfANamedRequestIsPartOfIt(t *testing.T) {
	named := func(status, fromMs, toMs int) *httpext.Trail {
		trail := page("1", "login", "::log in", status, fromMs, toMs)
		trail.Failed = null.BoolFrom(status/100 != 2)
		return trail
	}
	lines := linesOf(t,
		began("1", 0, 0),
		named(302, 10, 30), &iterations.Followed{VU: "1", From: "http://h/login/", To: "http://h/"}, named(200, 30, 70),
		ended("1", 71, ""),
	)
	if told(lines) != "login 200 ×1" {
		t.Error(told(lines))
	}
}

func TestAnEmptyNameIsNoName(t *testing.T) {
	unnamed := page("1", "http://h/items/3", "", 200, 10, 30)
	unnamed.Tags = tags(map[string]string{
		"status": "200", "url": "http://h/items/3", "name": "", "method": "GET", "group": "",
	})
	if lines := linesOf(t, began("1", 0, 0), unnamed, ended("1", 31, "")); told(lines) != "GET /items/{n} 200 ×1" {
		t.Error(told(lines))
	}
}

func TestARequestElsewhereIsAFailureOfTheLoad(t *testing.T) {
	lines := linesOf(t, &iterations.Elsewhere{Origin: "https://cdn.example:443", At: at(10)})
	if len(lines) != 1 || !strings.Contains(lines[0].Message, "asks for https://cdn.example:443, which is not the target") {
		t.Errorf("%+v", lines)
	}
}

func TestJourneysAreCountedWithTheirTime(t *testing.T) {
	var stdout bytes.Buffer
	o := newOutput(t, "", &stdout)
	o.ledger.Open(time.Unix(base, 0))
	o.AddMetricSamples([]metrics.SampleContainer{
		began("1", 0, 0), ended("1", 300, ""), began("1", 400, 0), ended("1", 600, "Error: thrown"),
		began("2", 0, 0), ended("2", 1500, ""), began("2", 1600, 0), // cut short
	})
	o.flush(time.Unix(base+2, 0), base+2)
	lines := parse(t, stdout.String())
	var found []string
	for _, line := range lines {
		if line.Type == "generator" {
			found = append(found, fmt.Sprintf("%d in %g ms", line.Journeys, line.JourneyMs))
		}
	}
	if strings.Join(found, ", ") != "2 in 500 ms, 1 in 1500 ms" {
		t.Error(found)
	}
	// What is heard of a second after its line goes into the next one's.
	stdout.Reset()
	o.AddMetricSamples([]metrics.SampleContainer{began("3", 500, 0), ended("3", 900, "")})
	o.flush(time.Unix(base+3, 0), base+3)
	if late := parse(t, stdout.String())[0]; late.Second != base+2 || late.Journeys != 1 || late.JourneyMs != 400 {
		t.Errorf("%+v", late)
	}
}
