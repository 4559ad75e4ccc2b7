package run

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/dispatch"
)

// watching lets a test see how far each phase is when it begins and when it ends.
func (w *world) watching() (begun, ended *[]Progress) {
	begun, ended = new([]Progress), new([]Progress)
	look := func(to *[]Progress, progress func() Progress) {
		p := progress()
		p.State, p.Left = dispatch.State{}, 0
		*to = append(*to, p)
	}
	w.opt.Watch = func(progress func() Progress) func() {
		look(begun, progress)
		return func() { look(ended, progress) }
	}
	return begun, ended
}

// TestPhases watches a run that lists, sends and reads back. Of five rows, one is equal, one refused, and one not known
// to Graph; the pages of the list have three statuses.
func TestPhases(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 4)
	w.opt.Verify = Verify{Share: 1}
	w.sim.SetRules(refuse(404, "r3")...)
	begun, ended := w.watching()
	input := w.file("users.csv", header+line(1, 1)+line(2, 22)+line(3, 33)+line(4, 44)+line(9, 9))
	w.run(ExitFailed, input)
	if diff := cmp.Diff([]Progress{
		{Phase: Listing, All: 1}, {Phase: Sending, All: 3}, {Phase: ReadingBack, All: 2},
	}, *begun); diff != "" {
		t.Errorf("at their beginning (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Progress{
		{Phase: Listing, All: 1, Done: 1, Pages: 2}, {Phase: Sending, All: 3, Done: 3, Bad: 1},
		{Phase: ReadingBack, All: 2, Done: 2},
	}, *ended); diff != "" {
		t.Errorf("at their end (-want +got)\n%s", diff)
	}
}

// TestPhasesOfOthers watches a plan, and a comparison of the input with Graph.
func TestPhasesOfOthers(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 4)
	_, ended := w.watching()
	w.opt.Inputs = []string{w.file("users.csv", table(1, 5))}
	if _, err := Plan(t.Context(), w.opt); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyInput(t.Context(), w.opt); err != nil {
		t.Fatal(err)
	}
	want := []Progress{{Phase: Listing, All: 1, Done: 1, Pages: 2}, {Phase: ReadingBack, All: 5, Done: 5}}
	if diff := cmp.Diff(want, *ended); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
