package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
)

func TestDefaultsRoundTrip(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, nil, "run")
	for i := range table {
		if st := &table[i]; st.key != "input.columns" && st.bind(s).String() != st.def {
			t.Errorf("the default of %s is %q, and prints as %q", st.name(), st.def, st.bind(s))
		}
	}
	got := []any{s.MaxWait, s.Rate, s.ExpectRows, s.Burst}
	want := []any{15 * time.Minute, dispatch.Rate{N: 100, Per: 20 * time.Second}, int64(-1), 2}
	if !slices.Equal(got, want) {
		t.Errorf("defaults %v, want %v", got, want)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flag, value, text, hint string }{
		{"concurrency", "many", `"many", but must be a whole number from 1 to 1024`, ""},
		{"concurrency", "0", `"0", but must be a whole number from 1 to 1024`, ""},
		{"concurrency", "8.0", `"8.0", but must be a whole number from 1 to 1024`, ""},
		{"limit", "9223372036854775808",
			`"9223372036854775808", but must be a whole number from 0 to 9223372036854775807`, ""},
		{"grace", "5", `"5", but must be a duration of at least 0s, such as 30s, 15m or 24h`, ""},
		{"timeout", "0s", `"0s", but must be a duration of at least 1ms, such as 30s, 15m or 24h`, ""},
		{"rate", "100", `"100", but must be a number of requests per duration, such as 100/20s, or 0 for no limit`, ""},
		{"max-errors", "-1", `"-1", but must be a number of rows or a share of them, such as 10 or 5%`, ""},
		{"on-invalid", "skipp", `"skipp", but must be refuse or skip; did you mean skip?`, ""},
		{"duplicates", "", `"", but must be refuse, first or last`, ""},
		{"format", "xlsx", `"xlsx", but must be empty, csv or json`, ""},
		{"delimiter", ":", `":", but must be one of "," ";" "|" tab, or empty to detect it`, ""},
		{"fresh", "yes", `"yes", but must be true or false`, ""},
		{"app", "{0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e}",
			`"{0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e}", but must be a GUID, such as 0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e`, ""},
		{"tenant", "a b", `"a b", but must be a GUID or a domain, such as contoso.onmicrosoft.com`, ""},
		{"runs", "", `"", but must not be empty`, ""},
		{"runs", "a\x1b[31m", `"a\x1b[31m", but must not hold control characters`, ""},
		{"rules", "at=1;foo=2", `"at=1;foo=2", but rule "foo" is no setting of a rule`, ""},
		{"rules", "at=1;", `"at=1;", but rule "" is no setting of a rule`, ""},
		{"rules", "at=x", `"at=x", but at "x" cannot be read`, ""},
		{"rules", "rate=2", `"rate=2", but rate "2" is out of range`, ""},
		{"rules", "raw=\x1b", `"raw=\x1b", but must not hold control characters`, ""},
		{"answer", "objekt", `"objekt", but must be object, value, partial, altered, empty or no-content; ` +
			`did you mean object?`, ""},
		{"writes", "0", `"0", but must be a whole number from 1 to 1000000`, ""},
		{"metrics-file", "m.txt", `"m.txt", but must end in .prom, or node_exporter passes it over`, ""},
		{"quota-share", "0%", `"0%", but must be a share from 1% to 100%`, ""},
		{"quota-share", "80", `"80", but must be a share from 1% to 100%`, ""},
		{"verify", "sample=0%", `"sample=0%", but must be unknown, all, none, or a sample such as sample=2%`, ""},
		{"cloud", "usgow", `"usgow", but must be global, usgov, usgov-dod or china; did you mean usgov?`, ""},
		{"log-level", strings.Repeat("x", 61),
			`"` + strings.Repeat("x", 60) + `…", but must be debug, info, warn or error`, ""},
	} {
		_, err := load(t, nil, "run", "--"+tt.flag+"="+tt.value)
		wantUsage(t, err, "--"+tt.flag+" is "+tt.text, tt.hint)
		if tt.value == "" {
			continue // an empty variable counts as absent
		}
		st := &table[0]
		for i := range table {
			if table[i].flag == tt.flag {
				st = &table[i]
			}
		}
		_, err = load(t, map[string]string{st.variable(): tt.value}, "run")
		wantUsage(t, err, st.variable()+" is "+tt.text, tt.hint)
	}
}

func TestBurstFitsTheRate(t *testing.T) {
	t.Parallel()
	if s := mustLoad(t, nil, "run", "--rate", "2/1s"); s.Burst != 1 {
		t.Errorf("the default burst of a rate of 2 is %d", s.Burst)
	}
	for _, rate := range []string{"1/1s", "0"} {
		if s := mustLoad(t, nil, "run", "--rate", rate, "--burst", "2"); s.Burst != 2 {
			t.Errorf("the burst at %s is %d", rate, s.Burst)
		}
	}
	_, err := load(t, nil, "run", "--burst", "100")
	wantUsage(t, err, "--burst is 100, which leaves nothing of the rate 100/20s",
		"a burst is a part of the rate: here it can be 99 at most")
}
