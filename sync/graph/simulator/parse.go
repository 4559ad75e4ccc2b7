package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ParseRule reads a rule as a flag gives it: settings with commas between them, such as
// "at=10,times=3,status=429,wait=5s" or "rate=0.01,reset=after". The settings: at, times, method, app, id, list, rate,
// status, code, applied, body, raw, retry-after, wait, location, reset, cut, delay. list, applied and cut have no
// value; no value can hold a comma. Errors are *[ConfigError].
func ParseRule(text string) (Rule, error) {
	var r Rule
	for setting := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
		known, err := r.set(name, value)
		if !known {
			return Rule{}, &ConfigError{"rule", name, "is no setting of a rule"}
		}
		if err != nil {
			return Rule{}, &ConfigError{name, value, "cannot be read"}
		}
	}
	return r, r.Check()
}

func (r *Rule) set(name, value string) (known bool, err error) {
	switch name {
	case "at":
		r.At, err = strconv.ParseInt(value, 10, 64)
	case "times":
		r.Times, err = strconv.ParseInt(value, 10, 64)
	case "rate":
		r.Rate, err = strconv.ParseFloat(value, 64)
	case "status":
		r.Status, err = strconv.Atoi(value)
	case "wait":
		r.Wait, err = time.ParseDuration(value)
	case "delay":
		r.Delay, err = time.ParseDuration(value)
	case "list":
		r.List = true
	case "applied":
		r.Applied = true
	case "cut":
		r.Cut = true
	default:
		text := r.text(name)
		if text == nil {
			return false, nil
		}
		*text = value
	}
	return true, err
}

// text returns the field that takes a setting's value as it stands.
func (r *Rule) text(name string) *string {
	switch name {
	case "method":
		return &r.Method
	case "app":
		return &r.App
	case "id":
		return &r.ID
	case "code":
		return &r.Code
	case "raw":
		return &r.Raw
	case "location":
		return &r.Location
	case "body":
		return (*string)(&r.Body)
	case "reset":
		return (*string)(&r.Reset)
	case "retry-after":
		return (*string)(&r.RetryAfter)
	}
	return nil
}

// Check returns a *[ConfigError] for the first value that is out of its range, or nil.
func (r *Rule) Check() error {
	for _, c := range []struct {
		name  string
		value any
		good  bool
	}{
		{"at", r.At, r.At >= 0},
		{"times", r.Times, r.Times >= 0},
		{"method", r.Method, r.Method == strings.ToUpper(r.Method)},
		{"rate", r.Rate, r.Rate >= 0 && r.Rate <= 1},
		{"status", r.Status, r.Status == 0 || r.Status >= http.StatusOK && r.Status <= 599},
		{"body", r.Body, r.Body == "" || r.Body.known()},
		{"wait", r.Wait, r.Wait >= 0},
		{"reset", r.Reset, r.Reset == "" || r.Reset == ResetBefore || r.Reset == ResetAfter},
		{"delay", r.Delay, r.Delay >= 0},
	} {
		if !c.good {
			return &ConfigError{c.name, fmt.Sprint(c.value), "is out of range"}
		}
	}
	return nil
}
