package row_test

import (
	"fmt"

	"github.com/statussync/statussync/sync/row"
)

// A row is about a key, its app and its id. Its fingerprint tells whether it says the same about it as another row. In
// the end there is one outcome, with a verdict.
func Example() {
	monday := row.Status{
		AppID: "0f1e2d3c-0000-4000-8000-00000000000a", ID: "7",
		UserPrincipalName: "ann@contoso.example", Installed: 1,
	}
	tuesday := monday
	tuesday.AppID = "0F1E2D3C-0000-4000-8000-00000000000A"
	tuesday.Installed = 2

	var hash row.Hasher
	fmt.Println("the same key:", hash.Key(&monday) == hash.Key(&tuesday))
	fmt.Println("the same values:", hash.Fingerprint(&monday) == hash.Fingerprint(&tuesday))

	sent := row.Row{Number: 1, Line: 2, Status: tuesday}
	outcome := row.Outcome{
		Row: sent.Number, Line: sent.Line, Verdict: row.Failed, Attempts: 1,
		Answer: row.Answer{HTTPStatus: 404, Code: "ResourceNotFound"},
	}
	fmt.Printf("line %d: %s, %d %s\n", outcome.Line, outcome.Verdict, outcome.HTTPStatus, outcome.Code)
	fmt.Println("among the rows to send again:", outcome.Verdict.Resend())
	// Output:
	// the same key: true
	// the same values: false
	// line 2: failed, 404 ResourceNotFound
	// among the rows to send again: true
}
