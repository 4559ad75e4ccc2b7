package journal

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/statussync/statussync/sync/row"
)

// A step is what one session does with the rows of a run: it fences, records letters as verdicts spells them (a space:
// nothing), and ends or is killed.
type step struct {
	fence   int64
	records string
	killed  bool
}

func (st step) do(t *testing.T, j *Journal) {
	letters := map[rune]row.Outcome{
		's': {Verdict: row.Succeeded}, 'f': {Verdict: row.Failed}, 'i': {Verdict: row.Invalid},
		'F': {Verdict: row.Failed, Retryable: true}, '?': {Verdict: row.Unknown, Retryable: true},
	}
	s := resume(t, j, "a")
	ok(t, s.Fence(t.Context(), st.fence))
	for i, c := range st.records {
		if o, is := letters[c]; is {
			o.Row = int64(i + 1)
			ok(t, s.Record(o))
		}
	}
	if !st.killed {
		ok(t, s.End(t.Context(), 5, "", ""))
	}
}

// TestSessions holds the law of killed sessions, over a run of eight rows.
func TestSessions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []step
		want  string
	}{
		"nothing was sent":                      {[]step{{0, "", false}}, "--------"},
		"killed before the fence":               {[]step{{0, "i", true}}, "i-------"},
		"killed past the fence":                 {[]step{{5, "sf F", true}}, "sf?F?---"},
		"ended well past the fence":             {[]step{{5, "sf F", false}}, "sf-F----"},
		"killed, then ended well":               {[]step{{5, "s", true}, {7, " s    s", false}}, "ss???-s-"},
		"killed twice, the farther fence rules": {[]step{{5, "s", true}, {2, "", true}}, "s????---"},
		"the second is killed farther on":       {[]step{{3, "s", false}, {6, "", true}}, "s?????--"},
		"a refusal may have been mended":        {[]step{{4, "FFFF", false}, {2, "", true}}, "??FF----"},
		"a final refusal is never sent again":   {[]step{{4, "ffFf", false}, {4, "", true}}, "ff?f----"},
		"a refusal is left where nobody died":   {[]step{{4, "FFFF", false}, {4, "s", false}}, "sFFF----"},
		"refused again by the killed one":       {[]step{{4, "FFFF", false}, {4, "F s", true}}, "F?s?----"},
		"mended after the kill":                 {[]step{{4, "FFFF", false}, {4, "", true}, {4, "ssF", false}}, "ssF?----"},
		"unknown stays unknown":                 {[]step{{4, "??", false}, {4, "", false}}, "??------"},
		"unknown is mended":                     {[]step{{4, "??", false}, {4, "s", false}}, "s?------"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			j := openAt(t, dir)
			ok(t, begin(t, j, "a", 8).End(t.Context(), 0, "", ""))
			for _, step := range c.steps {
				step.do(t, j)
				ok(t, j.Close())
				j = openAt(t, dir)
			}
			want(t, j, "a", c.want)
			wantView(t, j, c.want)
		})
	}
}

// wantView compares what people read in the view "outcomes" with what the program says of the recorded rows.
func wantView(t *testing.T, j *Journal, want string) {
	t.Helper()
	rows, err := j.db.Query(`SELECT row, verdict, retryable FROM outcomes WHERE run = 'a'`)
	ok(t, err)
	defer rows.Close()
	letters := map[string]byte{"succeeded": 's', "failed": 'f', "invalid": 'i', "unknown": '?'}
	for rows.Next() {
		var n int64
		var word string
		var retryable bool
		ok(t, rows.Scan(&n, &word, &retryable))
		c := letters[word]
		if c == 'f' && retryable {
			c = 'F'
		}
		if c != want[n-1] {
			t.Errorf("the view has %s for row %d, want %c", word, n, want[n-1])
		}
	}
	ok(t, rows.Err())
}

// TestLiveSession: the session of this process knows which rows it has sent; for the others of the journal it is a
// process like any other.
func TestLiveSession(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 4)
	ok(t, s.Fence(ctx, 3))
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, s.Flush(ctx))
	want(t, j, "a", "s---")
	other, err := OpenReadOnly(ctx, dir)
	ok(t, err)
	defer other.Close()
	want(t, other, "a", "s??-")
	if _, err := j.BeginSession(ctx, "a"); err == nil {
		t.Error("a second session began")
	}
	ok(t, s.End(ctx, 0, "", ""))
	resume(t, j, "a")
}

func TestTwoOutcomesOfOneRow(t *testing.T) {
	t.Parallel()
	invalid := func(n int64) row.Outcome { return row.Outcome{Row: n, Verdict: row.Invalid} }
	final := func(n int64) row.Outcome { return row.Outcome{Row: n, Verdict: row.Succeeded} }
	mendable := func(n int64) row.Outcome { return row.Outcome{Row: n, Verdict: row.Failed, Retryable: true} }
	for name, c := range map[string]struct {
		first, second func(n int64) row.Outcome
		sameGroup     bool
		sameSession   bool
	}{
		"in one group":                {final, final, true, true},
		"in one session":              {final, final, false, true},
		"in one session, retryable":   {mendable, final, false, true},
		"in a later session, final":   {final, final, false, false},
		"in a later session, invalid": {invalid, mendable, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, j := t.Context(), openAt(t, t.TempDir())
			s := begin(t, j, "a", 300)
			for n := int64(1); n <= 200; n++ {
				ok(t, s.Record(c.first(n)))
			}
			if !c.sameGroup {
				ok(t, s.Flush(ctx))
			}
			if !c.sameSession {
				ok(t, s.End(ctx, 0, "", ""))
				s = resume(t, j, "a")
			}
			ok(t, s.Record(final(250)))
			ok(t, s.Record(c.second(120)))
			err := s.Flush(ctx)
			var books *BooksError
			if !errors.As(err, &books) || books.First > 120 || books.Last < 120 {
				t.Errorf("got %v", err)
			}
			for _, after := range []error{s.Record(final(300)), s.Flush(ctx), s.Fence(ctx, 300), s.End(ctx, 0, "", "")} {
				if after != err {
					t.Errorf("got %v after %v", after, err)
				}
			}
			if got := verdicts(t, j, "a")[200:]; strings.Trim(got, "-") != "" {
				t.Errorf("rows of the refused group are recorded: %s", got)
			}
		})
	}
}

func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	s := begin(t, j, "a", 3)
	ok(t, s.End(ctx, 0, "", ""))
	for _, err := range []error{s.Record(row.Outcome{Row: 1}), s.Flush(ctx), s.Fence(ctx, 3), s.End(ctx, 0, "", "")} {
		if err == nil {
			t.Error("no error after the end")
		}
	}
	want(t, j, "a", "---")
}

func TestCloseCommitsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 3)
	ok(t, s.Fence(t.Context(), 2))
	record(t, s, 1, 1, row.Succeeded, false)
	ok(t, j.Close())
	if m, _ := filepath.Glob(filepath.Join(dir, "*-wal")); len(m) != 0 {
		t.Errorf("left behind: %v", m)
	}
	want(t, openAt(t, dir), "a", "s?-")
}
