package reports

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                                     "0s",
		1234 * time.Microsecond:               "1ms",
		320 * time.Millisecond:                "320ms",
		3449 * time.Millisecond:               "3.4s",
		12*time.Second + 600*time.Millisecond: "13s",
		time.Minute:                           "1m",
		2000 * time.Second:                    "33m20s",
		10 * time.Minute:                      "10m",
		2 * time.Hour:                         "2h",
		20*time.Hour + time.Second:            "20h0m1s",
		5*time.Hour + 30*time.Minute:          "5h30m",
		59*time.Second + 999*time.Millisecond: "1m",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		n, all int64
		want   string
	}{
		{0, 0, "0%"}, {0, 5, "0%"}, {5, 5, "100%"}, {1, 3, "33.3%"}, {1, 10000, "<0.1%"}, {9999, 10000, ">99.9%"},
		{5, 10000, "0.1%"}, {9994, 10000, "99.9%"},
	} {
		if got := percent(test.n, test.all); got != test.want {
			t.Errorf("%d of %d: got %q, want %q", test.n, test.all, got, test.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 10000000: "10,000,000", -999: "-999", -1000: "-1,000",
	} {
		if got := grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 20, `"short"`},
		{"exactly", 9, `"exactly"`},
		{"a bit too long", 10, `"a bit"...`},
		{"\x1b\x1b\x1b\x1b", 15, `"\x1b\x1b"...`},
		{"漢字漢字漢字", 12, `"漢字漢"...`},
		{"x", 1, `""...`},
	} {
		if got := quoted(test.in, test.width); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestClipped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		width int
		want  string
	}{
		{`id "a\\b" is "odd"`, 20, `id "a\\b" is "odd"`},
		{"a bit too long", 10, "a bit t..."},
		{"a\n\x1b\x1b\x1b", 13, `a\n\x1b...`},
		{"漢字漢字漢字", 11, "漢字漢字..."},
		{"\xff\u00a0", 20, `\xff\u00a0`},
	} {
		if got := clipped(test.in, test.width); got != test.want {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"users.csv": "users.csv", "my users.csv": `"my` + hardSpace + `users.csv"`, `C:\users.csv`: `"C:\\users.csv"`,
		"a\x1b": `"a\x1b"`, "": "", "a very long name it is": `"a` + hardSpace + "very" + hardSpace + `long"...`,
	} {
		if got := named(in, 16); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	got := string(Wrap(nil, 12, 2, 2, "one two three "+named("a b", 20)+" incomprehensibilities"))
	want := "  one two\n    three\n    \"a b\"\n    incomprehensibilities\n"
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
