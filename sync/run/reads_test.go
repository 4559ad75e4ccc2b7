package run

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// throttledOnce refuses the first read.
var throttledOnce = simulator.Rule{Method: http.MethodGet, Times: 1, Fault: simulator.Fault{
	Status: http.StatusTooManyRequests, RetryAfter: simulator.RetryAfterDecimal, Wait: 10 * time.Millisecond,
}}

// TestReadsAreInTheBooks: the reads of all sessions are in the journal, beside the requests that send rows, which they
// do not count among.
func TestReadsAreInTheBooks(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 40)
	w.sim.SetRules(throttledOnce)
	path := w.file("users.csv", counted(1, 40, 100))
	first := w.stopped(5, path)
	w.opt.Verify = Verify{Share: 1}
	r := w.run(ExitOK, path)
	if r.ID != first.ID {
		t.Fatal("the run was not taken up")
	}
	d := w.document(r.ID)
	reads := map[string]int64{"200": w.reads() - 1, "429": 1}
	if diff := cmp.Diff(reads, d.Reads.ByStatus); diff != "" || d.Reads.Total != w.reads() || w.reads() < 28 {
		t.Errorf("%d reads in the report, %d were made: %s", d.Reads.Total, w.reads(), diff)
	}
	if diff := cmp.Diff(map[string]int64{"200": 40}, d.Requests.ByStatus); diff != "" || d.Requests.Total != w.sent() {
		t.Errorf("%d requests in the report, %d rows were sent: %s", d.Requests.Total, w.sent(), diff)
	}
	if d.Throttling.Answers429 != 1 || d.Throttling.Pauses != 1 {
		t.Errorf("%+v", d.Throttling)
	}
	along := make(map[string]int64)
	for _, span := range d.Timeline {
		for status, n := range span.Reads {
			along[status] += n
		}
	}
	if diff := cmp.Diff(reads, along); diff != "" {
		t.Errorf("along the time: %s", diff)
	}
}
