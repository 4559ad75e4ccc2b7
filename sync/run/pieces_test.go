package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/journal"
	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	full := Options{
		Input: input.Options{
			Format: "csv", Delimiter: ";", Encoding: "windows-1252", App: app,
			Columns:    map[string]string{"id": "Key", "userName": "Name", "mobileAppId": "App"},
			IDOptional: true,
		},
		Duplicates: plan.Last, SkipInvalid: true, SkipUnchanged: true, Compare: true,
	}
	for name, o := range map[string]Options{"none": {}, "all": full} {
		text := o.settings()
		for range 20 { // maps have no order
			if again := o.settings(); again != text {
				t.Fatalf("%s: %s, then %s", name, text, again)
			}
		}
		back, err := inputOptions(text)
		check(t, err)
		if diff := cmp.Diff(o.Input, back); diff != "" {
			t.Errorf("%s: input options (-given +read back):\n%s", name, diff)
		}
	}
	if _, err := inputOptions("{"); err == nil {
		t.Error("half an object passes for settings")
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Duplicates = plan.First }, "--duplicates was refuse, is first"},
		{func(o *Options) { o.SkipInvalid = true }, "--on-invalid was refuse, is skip"},
		{func(o *Options) { o.SkipUnchanged = true }, "--skip-unchanged was false, is true"},
		{func(o *Options) { o.Compare = true }, "--compare was not given, is remote"},
		{func(o *Options) { o.Input.App = app }, "--app was not given, is " + app},
		{func(o *Options) { o.Input.Format = "json" }, "--format was csv, is json"},
		{func(o *Options) { o.Input.Format = "" }, "--format was csv, is not given"},
		{func(o *Options) { o.Input.Delimiter = ";" }, "--delimiter was not given, is ;"},
		{func(o *Options) { o.Input.Encoding = "utf-8" }, "--encoding was not given, is utf-8"},
		{func(o *Options) { o.Input.Columns = map[string]string{"id": "Key"} },
			"input.columns was not given, is map[id:Key]"},
		{func(*Options) {}, "its settings differ"},
	} {
		was := Options{Input: input.Options{Format: "csv"}}
		is := was
		test.change(&is)
		if got := difference(was.settings(), is.settings()); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if got := difference("{", "{}"); got != "its settings cannot be read" {
		t.Errorf("half an object: %q", got)
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	base := Options{Graph: graph.Config{BaseURL: "https://graph.example/beta", Path: "/a/{id}"}, Tenant: "contoso"}
	want := "https://graph.example/beta/a/{id} tenant contoso"
	slash, other, fixed := base, base, base
	slash.Graph.BaseURL += "/"
	other.Tenant = ""
	fixed.Target = "simulator"
	if base.target() != want || slash.target() != want {
		t.Errorf("targets %q and %q, want %q", base.target(), slash.target(), want)
	}
	if other.target() == want || fixed.target() != "simulator" {
		t.Errorf("targets %q and %q", other.target(), fixed.target())
	}
}

func TestSpace(t *testing.T) {
	t.Parallel()
	if small, big := need(1<<10, 1), need(1<<20, 1000); big-small != 3*(1<<20-1<<10)+999*(journalBytes+reportBytes) {
		t.Errorf("%d bytes, then %d", small, big)
	}
	o := Options{Dir: t.TempDir()}
	w := &work{o: o, size: 10, run: journal.Run{Rows: 1}}
	check(t, w.checkSpace())
	w.run.Rows = 1 << 42
	if err := w.checkSpace(); ExitStatus(err) != ExitBooks || !has(err, "MiB free", "make room") {
		t.Errorf("no volume holds so many rows: %v", err)
	}
	w.o.Dir = "/nowhere"
	check(t, w.checkSpace())
}

func TestShortest(t *testing.T) {
	t.Parallel()
	published := dispatch.Options{Rate: dispatch.Rate{N: 100, Per: 20 * time.Second}, Burst: 2}
	halved := published
	halved.Adaptive, halved.Learned = true, 2.5
	ignored := published
	ignored.Learned = 2.5
	for _, test := range []struct {
		requests int64
		o        dispatch.Options
		want     time.Duration
	}{
		{0, published, 0}, {2, published, 0}, {100, published, 20 * time.Second}, {9802, published, 2000 * time.Second},
		{1000, dispatch.Options{Burst: 2}, 0}, {102, halved, 40 * time.Second}, {102, ignored, 20408 * time.Millisecond},
		{3, dispatch.Options{Rate: dispatch.Rate{N: 1, Per: time.Second}, Burst: 1}, 2040 * time.Millisecond},
	} {
		if got := shortest(test.requests, test.o); got != test.want {
			t.Errorf("%d requests at %s: %s, want %s", test.requests, test.o.Rate, got, test.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	took := map[time.Duration]int64{10: 50, 20: 45, 50: 4, 100: 1}
	for share, want := range map[float64]time.Duration{0: 10, 0.5: 10, 0.51: 20, 0.95: 20, 0.96: 50, 0.99: 50, 1: 100} {
		if got := percentile(took, share); got != want {
			t.Errorf("the share %v took %d, want %d", share, got, want)
		}
	}
	if got := percentile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: %s", got)
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 16, 41, 0, 999, time.FixedZone("", 3600))
	a, b := newID(at), newID(at.Add(time.Second))
	if !strings.HasPrefix(a, "20261123T154100Z-") || len(a) != 21 || a >= b {
		t.Errorf("ids %q and %q", a, b)
	}
}

func TestSuffix(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"users.csv": ".csv", "a/b.json.gz": ".json.gz", "users": "", "-": "", "x.a/b": "", "a.b.c.d": ".c.d",
		"odd.cs/../v": "", "a.toolongforit": "", ".hidden": ".hidden", "a. b": "",
	} {
		if got := suffix(path); got != want {
			t.Errorf("suffix of %q is %q, want %q", path, got, want)
		}
	}
}

// TestFence hands out rows at different speeds: no row passes before its fence is committed, and a step spans about
// what is handed out in a tenth of a second.
func TestFence(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		every time.Duration // between two rows
		rows  int64
		most  int64 // rows that a step spans, once the speed is known
		steps int
	}{
		{time.Second, 20, 1, 13},                // 8 rows, then one by one
		{5 * time.Millisecond, 408, 20, 22},     // 8 rows, 16, then 20 at a time
		{time.Microsecond, 200_000, 10_000, 30}, // twice as many from step to step, then the most
	} {
		t.Run(test.every.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var committed, step int64
				steps := 0
				f := fence{first: 8, commit: func(_ context.Context, row int64) error {
					committed, step, steps = row, row-committed, steps+1
					return nil
				}}
				for row := int64(1); row <= test.rows; row++ {
					check(t, f.pass(t.Context(), row))
					if row > committed {
						t.Fatalf("row %d passed at fence %d", row, committed)
					}
					time.Sleep(test.every)
				}
				if step > test.most || steps > test.steps {
					t.Errorf("%d steps, the last over %d rows, want %d and %d", steps, step, test.steps, test.most)
				}
			})
		})
	}
}

// TestFenceFails lets no row pass behind a fence that was not committed.
func TestFenceFails(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	f := fence{first: 8, commit: func(context.Context, int64) error { return full }}
	for row := int64(1); row < 4; row++ {
		if err := f.pass(t.Context(), row); !errors.Is(err, full) {
			t.Errorf("row %d passed: %v", row, err)
		}
	}
}

// TestFirst has what the first answers of a session say about the house.
func TestFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		write, read int
		want        int // exit status; -1: the probe must not be made
	}{
		{200, -1, 0}, {204, -1, 0}, {404, -1, 0}, {401, -1, 0}, {403, -1, ExitSignIn},
		{400, 400, ExitStopped}, {400, 405, ExitStopped}, {405, 400, ExitStopped}, {405, 405, ExitStopped},
		{400, 200, 0}, {405, 200, 0}, {400, 404, 0}, {400, 500, 0}, {405, 0, 0},
	} {
		t.Run(fmt.Sprint(test.write, " ", test.read), func(t *testing.T) {
			t.Parallel()
			answer := row.Answer{HTTPStatus: test.write, Code: "Odd"}
			err := first(t.Context(), answer, func(context.Context) (row.Answer, error) {
				if test.read < 0 {
					t.Error("the answer was clear, yet a read was made")
				}
				return row.Answer{HTTPStatus: test.read}, fs.ErrInvalid
			})
			if got := ExitStatus(err); got != test.want {
				t.Errorf("exit status %d of %v, want %d", got, err, test.want)
			}
			if err != nil && !has(err, `"Odd"`) {
				t.Errorf("%v does not name the code", err)
			}
		})
	}
}
