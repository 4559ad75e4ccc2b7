package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/dispatch"
)

// target names what a run writes to: two runs with one target write to the same objects in the same way.
func (o *Options) target() string {
	if o.Target != "" {
		return o.Target
	}
	target := strings.TrimSuffix(o.Graph.BaseURL, "/") + o.Graph.Path
	if o.Tenant != "" {
		target += " tenant " + o.Tenant
	}
	return target
}

// deciding are the settings that change what is sent for a given input. An unfinished run is taken up only with the
// same ones.
type deciding struct {
	App           string            `json:"app,omitempty"`
	Format        string            `json:"format,omitempty"`
	Delimiter     string            `json:"delimiter,omitempty"`
	Encoding      string            `json:"encoding,omitempty"`
	Columns       map[string]string `json:"columns,omitempty"`
	Duplicates    string            `json:"duplicates"`
	OnInvalid     string            `json:"on-invalid"`
	SkipUnchanged bool              `json:"skip-unchanged"`
	Compare       string            `json:"compare,omitempty"`
}

const skipInvalid = "skip" // deciding.OnInvalid

// settings returns the deciding settings as canonical JSON: equal settings have equal text.
func (o *Options) settings() string {
	d := deciding{
		App: o.Input.App, Format: o.Input.Format, Delimiter: o.Input.Delimiter, Encoding: o.Input.Encoding,
		Columns: o.Input.Columns, Duplicates: o.Duplicates.String(), OnInvalid: "refuse",
		SkipUnchanged: o.SkipUnchanged,
	}
	if o.SkipInvalid {
		d.OnInvalid = skipInvalid
	}
	if o.Compare {
		d.Compare = "remote"
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // strings and booleans always have a JSON form
	}
	return string(text)
}

// recorded is what the journal and the report have of a run's settings.
type recorded struct {
	Deciding  json.RawMessage   `json:"deciding"`
	Effective map[string]string `json:"effective,omitempty"` // all of them, without secrets, when the run began
	Quota     float64           `json:"quota,omitempty"`     // requests a second that they allow
	Kept      map[string]string `json:"kept,omitempty"`      // of a plan that was kept: see keptSums
}

// recorded returns the settings as the journal keeps them, with the sums of a plan that is kept.
func (o *Options) recorded(kept map[string]string) string {
	text, err := json.Marshal(recorded{json.RawMessage(o.settings()), o.Effective, quota(o.Send.Rate), kept})
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	return string(text)
}

// quota returns the requests a second that a rate allows, 0 for one that is no limit.
func quota(r dispatch.Rate) float64 {
	if r.N == 0 {
		return 0
	}
	return float64(r.N) / r.Per.Seconds()
}

// quotaOf returns the quota that the journal keeps among the settings of a run.
func quotaOf(settings string) float64 {
	var r recorded
	json.Unmarshal([]byte(settings), &r) // what cannot be read has no quota
	return r.Quota
}

// decidedBy returns the deciding settings of a run from what the journal keeps, or "" if they cannot be read.
func decidedBy(settings string) string {
	var r recorded
	if json.Unmarshal([]byte(settings), &r) != nil {
		return ""
	}
	return string(r.Deciding)
}

// inputOptions are the input options that the settings of a run were made from, for reading its copies again.
func inputOptions(settings string) (input.Options, error) {
	d, err := parseDeciding(settings)
	return input.Options{
		App: d.App, Format: d.Format, Delimiter: d.Delimiter, Encoding: d.Encoding, Columns: d.Columns,
		IDOptional: d.Compare != "",
	}, err
}

func parseDeciding(settings string) (d deciding, err error) {
	if err := json.Unmarshal([]byte(settings), &d); err != nil {
		return d, fmt.Errorf("the settings of the run: %w", err)
	}
	return d, nil
}

// difference names the first setting in which two texts of deciding settings differ, as "--duplicates was first, is
// last".
func difference(was, is string) string {
	var before, now map[string]any
	if json.Unmarshal([]byte(was), &before) != nil || json.Unmarshal([]byte(is), &now) != nil {
		return "its settings cannot be read"
	}
	for _, name := range slices.Sorted(maps.Keys(union(before, now))) {
		if a, b := fmt.Sprint(before[name]), fmt.Sprint(now[name]); a != b {
			setting := "--" + name
			if name == "columns" { // has no flag
				setting = "input.columns"
			}
			return fmt.Sprintf("%s was %s, is %s", setting, orNone(before[name]), orNone(now[name]))
		}
	}
	return "its settings differ"
}

func union(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func orNone(v any) string {
	if v == nil {
		return "not given"
	}
	return fmt.Sprint(v)
}
