package simulator

import (
	"fmt"
	"slices"
	"time"
)

// A ConfigError names the setting that cannot be meant as it stands.
type ConfigError struct {
	Field string // of Config, or the key in a rule
	Value string
	Text  string // what is wrong, without the value
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("simulator: %s %.80q %s", e.Field, e.Value, e.Text)
}

// A limit is what a value has to keep to.
type limit struct {
	field string
	value any
	bad   bool
	text  string
}

// Check returns a *[ConfigError] for the first value that is out of its range, or nil.
func (c Config) Check() error {
	const negative, outside = "is negative", "is out of range"
	limits := []limit{
		{"Latency", c.Latency, c.Latency < 0, negative},
		{"Jitter", c.Jitter, c.Jitter < 0, negative},
		{"Quota.Window", c.Quota.Window, c.Quota.Window < 0, negative},
		{"MaxBody", c.MaxBody, c.MaxBody < 0, outside},
		{"PageSize", c.PageSize, c.PageSize < 0, outside},
		{"Trace", c.Trace, c.Trace < 0, outside},
		{"RateLimit", c.RateLimit, c.RateLimit < 0 || c.RateLimit > 100, outside},
		{"EmptyEvery", c.EmptyEvery, c.EmptyEvery < 0 || c.EmptyEvery == 1, outside},
		{"Answer", c.Answer, c.Answer != "" && !c.Answer.successful(), "is no body of a success"},
		{"ErrorBody", c.ErrorBody, c.ErrorBody != "" && !c.ErrorBody.refusing(), "is no body of an error"},
	}
	var last time.Duration
	for _, s := range c.Shifts {
		limits = append(limits, limit{"Shifts.After", s.After, s.After < last, "comes before what stands before it"},
			limit{"Shifts.Quota.Window", s.Quota.Window, s.Quota.Window < 0, negative})
		last = s.After
	}
	rules := c.Rules
	if c.Login != nil {
		limits = append(limits, c.Login.limits()...)
		rules = slices.Concat(rules, c.Login.Rules)
	}
	for _, l := range limits {
		if l.bad {
			return &ConfigError{l.field, fmt.Sprint(l.value), l.text}
		}
	}
	for _, r := range rules {
		if err := r.Check(); err != nil {
			return err
		}
	}
	return nil
}
