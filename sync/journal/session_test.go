package journal

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/statussync/statussync/sync/row"
)

func TestOutcomesReadAsTheyWereRecorded(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	j := openAt(t, dir)
	s := begin(t, j, "a", 9)
	at := time.Date(2026, 11, 23, 15, 41, 0, 123456789, time.UTC)
	const guid = "0f0e0d0c-0b0a-4908-8706-050403020100"
	outcomes := []row.Outcome{
		{Row: 1, Input: 2, Line: 5, Verdict: row.Succeeded, Attempts: 1, At: at, Duration: 41 * time.Millisecond,
			Answer: row.Answer{HTTPStatus: 200, RequestID: guid, ClientRequestID: "plain"}},
		{Row: 2, Line: 3, Verdict: row.Succeeded, Attempts: 2, At: at, Answer: row.Answer{HTTPStatus: 204, RequestID: strings.ToUpper(guid)}},
		{Row: 3, Line: 4, Verdict: row.Mismatched, Attempts: 1, At: at, Answer: row.Answer{HTTPStatus: 200, Mismatch: "a: 1, 2"}},
		{Row: 4, Verdict: row.Unchanged},
		{Row: 5, Verdict: row.Duplicate, Reason: "same as line 4"},
		{Row: 6, Verdict: row.Invalid, Reason: "it's \"bad\"\x00;", Answer: row.Answer{Code: "count-not-integer"}},
		{Row: 7, Verdict: row.Failed, Retryable: true, Attempts: 5, At: at, Duration: time.Hour,
			Answer: row.Answer{HTTPStatus: 429, Code: "TooManyRequests", Message: "später\r\n日本"}},
		{Row: 8, Verdict: row.Failed, Attempts: 1, At: at, Answer: row.Answer{HTTPStatus: 404}},
		{Row: 9, Verdict: row.Unknown, Retryable: true, Attempts: 5, At: at, Answer: row.Answer{Code: "timeout"}},
	}
	for _, i := range rand.Perm(len(outcomes)) {
		ok(t, s.Record(outcomes[i]))
	}
	ok(t, s.End(ctx, 5))
	ok(t, j.Close())
	j = openAt(t, dir)
	var got, troubles []row.Outcome
	for o, err := range j.Outcomes(ctx, "a") {
		ok(t, err)
		got = append(got, o)
	}
	if d := cmp.Diff(outcomes, got); d != "" {
		t.Error(d)
	}
	for o, err := range j.Troubles(ctx, "a") {
		ok(t, err)
		troubles = append(troubles, o)
	}
	if d := cmp.Diff(append(outcomes[2:3:3], outcomes[4:]...), troubles); d != "" {
		t.Error(d)
	}
}

// TestMany crosses pages, groups and statements, beside a neighbour on each side.
func TestMany(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	const rows = 2*groupRows + 203
	for _, id := range []string{"before", "a", "after"} {
		s := begin(t, j, id, rows)
		var recorders sync.WaitGroup
		for w := range int64(8) {
			recorders.Go(func() {
				for n := w + 1; n <= rows; n += 8 {
					o := row.Outcome{Row: n, Verdict: row.Succeeded, Attempts: 1, Answer: row.Answer{HTTPStatus: 200}}
					if n%7 == 0 {
						o = row.Outcome{Row: n, Verdict: row.Failed, Answer: row.Answer{HTTPStatus: 404}}
					}
					if n%1000 == 0 {
						continue
					}
					if err := s.Record(o); err != nil {
						t.Error(err)
					}
				}
			})
		}
		recorders.Wait()
		ok(t, s.End(ctx, 4))
	}
	got := verdicts(t, j, "a")
	for i, c := range got {
		n := i + 1
		if want := map[bool]rune{true: '-', false: map[bool]rune{true: 'f', false: 's'}[n%7 == 0]}[n%1000 == 0]; c != want {
			t.Fatalf("row %d is %c, want %c", n, c, want)
		}
	}
	if len(got) != rows {
		t.Errorf("%d rows", len(got))
	}
}

// TestSessions holds the law of killed sessions. A step is what one session does with the rows 1 to 8: it fences, records
// letters as verdicts spells them (a space: nothing), and ends or is killed.
func TestSessions(t *testing.T) {
	t.Parallel()
	type step struct {
		fence   int64
		records string
		killed  bool
	}
	for name, c := range map[string]struct {
		steps []step
		want  string
	}{
		"nothing was sent":                      {[]step{{0, "", false}}, "--------"},
		"killed before the fence":               {[]step{{0, "i", true}}, "i-------"},
		"killed behind the fence":               {[]step{{5, "sf F", true}}, "sf?F?---"},
		"ended well behind the fence":           {[]step{{5, "sf F", false}}, "sf-F----"},
		"killed, then ended well":               {[]step{{5, "s", true}, {7, " s    s", false}}, "ss???-s-"},
		"killed twice, the farther fence rules": {[]step{{5, "s", true}, {2, "", true}}, "s????---"},
		"the second is killed farther on":       {[]step{{3, "s", false}, {6, "", true}}, "s?????--"},
		"a refusal may have been mended":        {[]step{{4, "FFFF", false}, {2, "", true}}, "??FF----"},
		"a final refusal is never sent again":   {[]step{{4, "ffFf", false}, {4, "", true}}, "ff?f----"},
		"refused again by the killed one":       {[]step{{4, "FFFF", false}, {4, "F s", true}}, "F?s?----"},
		"mended after the kill":                 {[]step{{4, "FFFF", false}, {4, "", true}, {4, "ssF", false}}, "ssF?----"},
		"unknown stays unknown":                 {[]step{{4, "??", false}, {4, "", false}}, "??------"},
		"unknown is mended":                     {[]step{{4, "??", false}, {4, "s", false}}, "s?------"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, dir := t.Context(), t.TempDir()
			j := openAt(t, dir)
			begin(t, j, "a", 8).End(ctx, 0)
			letters := map[rune]row.Outcome{'s': {Verdict: row.Succeeded}, 'f': {Verdict: row.Failed}, 'i': {Verdict: row.Invalid},
				'F': {Verdict: row.Failed, Retryable: true}, '?': {Verdict: row.Unknown, Retryable: true}}
			for _, step := range c.steps {
				s := resume(t, j, "a")
				ok(t, s.Fence(ctx, step.fence))
				for i, c := range step.records {
					if o, is := letters[c]; is {
						o.Row = int64(i + 1)
						ok(t, s.Record(o))
					}
				}
				if !step.killed {
					ok(t, s.End(ctx, 5))
				}
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
	ok(t, s.End(ctx, 0))
	resume(t, j, "a")
}

func TestTwoOutcomesOfOneRow(t *testing.T) {
	t.Parallel()
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
		"in a later session, invalid": {func(n int64) row.Outcome { return row.Outcome{Row: n, Verdict: row.Invalid} }, mendable, false, false},
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
				ok(t, s.End(ctx, 0))
				s = resume(t, j, "a")
			}
			ok(t, s.Record(final(250)))
			ok(t, s.Record(c.second(120)))
			err := s.Flush(ctx)
			var books *BooksError
			if !errors.As(err, &books) || books.First > 120 || books.Last < 120 {
				t.Errorf("got %v", err)
			}
			for _, after := range []error{s.Record(final(300)), s.Flush(ctx), s.Fence(ctx, 300), s.End(ctx, 0)} {
				if after != err {
					t.Errorf("got %v after %v", after, err)
				}
			}
			for o, err := range j.Outcomes(ctx, "a") {
				ok(t, err)
				if o.Row > 200 && o.Verdict != row.Unsent {
					t.Errorf("row %d of the refused group is recorded", o.Row)
				}
			}
		})
	}
}

func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	s := begin(t, j, "a", 3)
	ok(t, s.End(ctx, 0))
	for _, err := range []error{s.Record(row.Outcome{Row: 1}), s.Flush(ctx), s.Fence(ctx, 3), s.End(ctx, 0)} {
		if err == nil {
			t.Error("no error after the end")
		}
	}
	want(t, j, "a", "---")
}

// TestGroupCommit: an outcome waits 100 ms for company, a thousand do not wait.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		j, err := Open(t.Context(), dir)
		ok(t, err)
		defer j.Close()
		s := begin(t, j, "a", 1003)
		stored := func() (n int) {
			synctest.Wait()
			ok(t, j.db.QueryRow("SELECT count(*) FROM outcome").Scan(&n))
			return n
		}
		record(t, s, 1, 1, row.Succeeded, false)
		time.Sleep(60 * time.Millisecond)
		record(t, s, 2, 2, row.Succeeded, false)
		time.Sleep(39 * time.Millisecond)
		if n := stored(); n != 0 {
			t.Errorf("%d outcomes are stored after 99 ms", n)
		}
		time.Sleep(2 * time.Millisecond)
		if n := stored(); n != 2 {
			t.Errorf("%d outcomes are stored after 101 ms, want 2", n)
		}
		record(t, s, 3, 1002, row.Succeeded, false)
		if n := stored(); n != 1002 {
			t.Errorf("%d outcomes are stored, want 1002 without waiting", n)
		}
		record(t, s, 1003, 1003, row.Succeeded, false)
		ok(t, s.Flush(t.Context()))
		if n := stored(); n != 1003 {
			t.Errorf("%d outcomes are stored after Flush", n)
		}
		ok(t, s.End(t.Context(), 0))
	})
}

// TestRecordWaits: when the disk does not keep up, those who record wait, and memory stays bounded.
func TestRecordWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		j, err := Open(ctx, dir)
		ok(t, err)
		defer j.Close()
		s := begin(t, j, "a", 4*groupRows)
		disk, err := j.db.Conn(ctx) // nobody writes while this is held
		ok(t, err)
		var mu sync.Mutex
		n := int64(0)
		var recorders sync.WaitGroup
		for w := range int64(8) {
			recorders.Go(func() {
				for r := w + 1; r <= 4*groupRows; r += 8 {
					if err := s.Record(row.Outcome{Row: r, Verdict: row.Succeeded}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					n++
					mu.Unlock()
				}
			})
		}
		synctest.Wait()
		mu.Lock()
		if n < groupRows || n > 3*groupRows {
			t.Errorf("%d outcomes were taken while nothing could be written", n)
		}
		mu.Unlock()
		ok(t, disk.Close())
		recorders.Wait()
		ok(t, s.End(ctx, 0))
		if got := verdicts(t, j, "a"); got != strings.Repeat("s", 4*groupRows) {
			t.Error("rows are missing")
		}
	})
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
