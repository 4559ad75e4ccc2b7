package plan

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// TestKeysThatShareTheir64Bits has three keys with one hash, which cannot be had from rows in reasonable time.
func TestKeysThatShareTheir64Bits(t *testing.T) {
	p := New(Refuse)
	p.counts.Send = 6
	p.repeated = []row.Key{7}
	p.known = known{keys: []row.Key{7}, values: []row.Fingerprint{{3}}}
	for i, of := range []struct {
		rest  uint64
		value byte
	}{{2, 1}, {1, 2}, {3, 3}, {2, 1}, {1, 4}, {1, 2}} {
		n := int64(i + 1)
		p.twins = append(p.twins, twin{rest: of.rest, values: row.Fingerprint{of.value}, row: n, line: n + 1})
	}
	var got []string
	err := p.Settle([]string{"u.csv"}, func(o row.Outcome) error {
		got = append(got, fmt.Sprintf("%d %s: %s", o.Row, o.Verdict, o.Reason))
		return nil
	})
	want := []string{
		"2 invalid: contradicts u.csv:6, u.csv:7: the same mobileAppId and id with other values",
		"3 unchanged: ",
		"4 duplicate: same as u.csv:2",
		"5 invalid: contradicts u.csv:3, u.csv:7: the same mobileAppId and id with other values",
		"6 invalid: contradicts u.csv:3, u.csv:6: the same mobileAppId and id with other values",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if c, w := p.Counts(), (Counts{Send: 1, Unchanged: 1, Duplicate: 1, Invalid: 3}); c != w {
		t.Errorf("counts %+v, want %+v", c, w)
	}
}
