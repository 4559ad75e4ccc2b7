package journal

import (
	"database/sql/driver"
	"math/rand/v2"
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
		{Row: 2, Line: 3, Verdict: row.Succeeded, Attempts: 2, At: at,
			Answer: row.Answer{HTTPStatus: 204, RequestID: strings.ToUpper(guid)}},
		{Row: 3, Line: 4, Verdict: row.Mismatched, Attempts: 1, At: at,
			Answer: row.Answer{HTTPStatus: 200, Mismatch: "a: 1, 2"}},
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
	ok(t, s.End(ctx, 5, "", ""))
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
		ok(t, s.End(ctx, 4, "", ""))
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
		ok(t, s.End(t.Context(), 0, "", ""))
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
		ok(t, s.End(ctx, 0, "", ""))
		if got := verdicts(t, j, "a"); got != strings.Repeat("s", 4*groupRows) {
			t.Error("rows are missing")
		}
	})
}

// TestWriterPanics: whatever breaks in the writer is an error for those who record.
func TestWriterPanics(t *testing.T) {
	t.Parallel()
	ctx, j := t.Context(), openAt(t, t.TempDir())
	s := begin(t, j, "a", 1)
	s.full.append = func([]driver.NamedValue, int64, *row.Outcome) []driver.NamedValue { panic("broken") }
	ok(t, s.Fence(ctx, 1))
	ok(t, s.Record(row.Outcome{Row: 1, Verdict: row.Invalid}))
	err := s.Flush(ctx)
	if err == nil || !strings.Contains(err.Error(), "broken") || s.End(ctx, 0, "", "") != err {
		t.Errorf("got %v", err)
	}
	want(t, j, "a", "?")
}
