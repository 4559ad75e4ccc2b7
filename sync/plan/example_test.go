package plan_test

import (
	"fmt"

	"github.com/statussync/statussync/sync/plan"
	"github.com/statussync/statussync/sync/row"
)

// read returns the rows of a file as a reader finds them. The second has no id, so it cannot be sent.
func read() (rows []row.Row) {
	for i, id := range []string{"a", "", "c", "a", "e"} {
		number := int64(i + 1)
		rows = append(rows, row.Row{Number: number, Line: number + 1, Status: row.Status{
			AppID: "0f1e2d3c-0000-4000-8000-00000000000a", ID: id, UserPrincipalName: "ann@contoso.example",
		}})
	}
	return rows
}

// applied yields what an earlier run has set: the same as row 3 says.
func applied(yield func(plan.Known, error) bool) {
	var hash row.Hasher
	third := read()[2].Status
	yield(plan.Known{Key: hash.Key(&third), Fingerprint: hash.Fingerprint(&third)}, nil)
}

// All rows are seen once, and those that are valid a second time if need be: row 3 is what was applied
// before, row 4 says the same as row 1.
func Example() {
	record := func(o row.Outcome) error {
		fmt.Printf("row %d is %s %q\n", o.Row, o.Verdict, o.Reason)
		return nil
	}

	p := plan.New(plan.Refuse)
	for _, r := range read() {
		if r.ID == "" {
			p.Invalid(r.Number)
		} else {
			p.Valid(&r.Status)
		}
	}
	if again, err := p.Survey(applied); again && err == nil {
		for _, r := range read() {
			if r.ID != "" {
				_ = p.Look(&r, record)
			}
		}
	}
	_ = p.Settle([]string{"users.csv"}, record)
	for _, r := range read() {
		fmt.Println("row", r.Number, "is to be sent:", p.Pending(r.Number))
	}
	// Output:
	// row 3 is unchanged ""
	// row 4 is duplicate "same as users.csv:2"
	// row 1 is to be sent: true
	// row 2 is to be sent: false
	// row 3 is to be sent: false
	// row 4 is to be sent: false
	// row 5 is to be sent: true
}
