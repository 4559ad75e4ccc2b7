package dispatch

import (
	"errors"
	"testing"
	"time"
)

func TestParseThreshold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in           string
		bad, settled int64
		exceeded     bool
	}{
		{"", 1000, 1000, false},
		{"0", 0, 5, false}, {"0", 1, 1, true},
		{"25", 25, 25, false}, {"25", 26, 26, true},
		{"5%", 99, 99, false}, {"5%", 5, 100, false}, {"5%", 6, 100, true}, {"5%", 10, 200, false}, {"5%", 11, 200, true},
		{"0.5%", 1, 200, false}, {"0.5%", 2, 200, true}, {"0%", 1, 99, false}, {"0%", 1, 100, true},
		{"100%", 500, 500, false},
	} {
		got, err := ParseThreshold(c.in)
		if err != nil || got.String() != c.in || got.exceeded(c.bad, c.settled) != c.exceeded {
			t.Errorf("ParseThreshold(%q) = %q, %v; %d of %d exceed it: %v", c.in, got, err, c.bad, c.settled, !c.exceeded)
		}
	}
	for _, in := range []string{"-1", "%", "101%", "-1%", "NaN%", "x", "1.5", "5 %"} {
		if _, err := ParseThreshold(in); err == nil {
			t.Errorf("ParseThreshold(%q) is no error", in)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := Options{Concurrency: 8, Rate: Rate{100, 20 * time.Second}, Burst: 2, Attempts: 5, Timeout: 30 * time.Second}
	for name, c := range map[string]struct {
		change func(*Options)
		ok     bool
	}{
		"good":              {func(*Options) {}, true},
		"no rate":           {func(o *Options) { o.Rate = Rate{} }, true},
		"one at a time":     {func(o *Options) { o.Rate.N, o.Burst = 1, 1 }, true},
		"no concurrency":    {func(o *Options) { o.Concurrency = 0 }, false},
		"no attempts":       {func(o *Options) { o.Attempts = 0 }, false},
		"no burst":          {func(o *Options) { o.Burst = 0 }, false},
		"all burst":         {func(o *Options) { o.Burst = 100 }, false},
		"no time":           {func(o *Options) { o.Rate.Per = 0 }, false},
		"negative rate":     {func(o *Options) { o.Rate.N = -1 }, false},
		"negative duration": {func(o *Options) { o.Grace = -1 }, false},
		"negative limit":    {func(o *Options) { o.Limit = -1 }, false},
	} {
		o := good
		c.change(&o)
		err := o.Check()
		var hint interface{ Hint() string }
		if (err == nil) != c.ok || err != nil && (!errors.As(err, &hint) || hint.Hint() == "") {
			t.Errorf("%s: Check = %v", name, err)
		}
	}
}
