package reports

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/statussync/statussync/sync/row"
)

// TestRegistry walks the registry: each entry is found for the group of an outcome that fits it, is one short sentence,
// and names no flag that nobody has heard of.
func TestRegistry(t *testing.T) {
	t.Parallel()
	flags := "--compare --encoding --duplicates --base-url --timeout --concurrency --rate --quota-share"
	seen := make(map[string]bool)
	for _, a := range registry {
		name := fmt.Sprintf("%v %d %q", a.verdict, a.status, a.code)
		if seen[strings.ToLower(name)] {
			t.Errorf("%s is there twice", name)
		}
		seen[strings.ToLower(name)] = true
		verdict, status := a.verdict, a.status
		if verdict == anyVerdict {
			verdict = row.Failed
		}
		if status == anyStatus {
			status = 299
		}
		g := new(Groups)
		g.Add(answered(verdict, status, strings.ToUpper(a.code), ""))
		if got := g.sorted()[0].advice(); got != a.advice {
			t.Errorf("%s is hidden behind %q", name, got)
		}
		if !unicode.IsUpper(rune(a.advice[0])) || !strings.HasSuffix(a.advice, ".") || len(a.advice) >= 200 ||
			strings.Contains(a.advice, ". ") || !printable(a.advice) {
			t.Errorf("%s: not one short sentence: %q", name, a.advice)
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(a.advice, -1) {
			if !strings.Contains(flags, flag) {
				t.Errorf("%s: nobody knows the flag %s", name, flag)
			}
		}
	}
}

// TestAdvice asks for what people meet, by words that the advice must have.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		verdict row.Verdict
		status  int
		code    string
		want    string
	}{
		{row.Failed, 400, "InternalError", "Intune failed inside"},
		{row.Failed, 400, "BadRequest", "does not serve the route"},
		{row.Failed, 401, "InvalidAuthenticationToken", "new token"},
		{row.Failed, 403, "Forbidden", "admin consent"},
		{row.Failed, 404, "ResourceNotFound", "such rows beforehand"},
		{row.Failed, 409, "directory_concurrencyviolation", "at that moment"},
		{row.Failed, 409, "Conflict", "who else writes"},
		{row.Unknown, 412, "", "proxy"},
		{row.Failed, 413, "", "Shorten"},
		{row.Failed, 422, "", "Correct the values"},
		{row.Failed, 423, "", "locked"},
		{row.Failed, 429, "TooManyRequests", "--rate"},
		{row.Unknown, 500, "", "request-id"},
		{row.Unknown, 503, "serviceUnavailable", "is well"},
		{row.Failed, 507, "", "storage"},
		{row.Unknown, 509, "", "bandwidth"},
		{row.Unknown, 0, "timeout", "--timeout"},
		{row.Unknown, 200, "timeout", "--timeout"},
		{row.Unknown, 0, "reset", "cuts connections"},
		{row.Unknown, 200, "unreadable", "changes answers"},
		{row.Failed, 302, "redirect", "--base-url"},
		{row.Failed, 0, "app-unknown", "no such app"},
		{row.Failed, 404, "id-unknown", "no such status for the app"},
		{row.Invalid, 0, "contradiction", "--duplicates"},
		{row.Invalid, 0, "a kind to come", "Mend the row"},
		{row.Mismatched, 200, "", "Compare both values"},
		{row.Failed, 418, "ImATeapot", "what the service said"},
		{row.Failed, 0, otherCodes, "what the service said"},
		{row.Unknown, 202, "", "absolute values"},
		{row.Unknown, 0, "", "absolute values"},
	} {
		if got := Advice(test.status, test.code, test.verdict); !strings.Contains(got, test.want) {
			t.Errorf("%v %d %q: %q, want %q in it", test.verdict, test.status, test.code, got, test.want)
		}
	}
	for _, v := range []row.Verdict{row.Succeeded, row.Unchanged, row.Duplicate, row.Unsent} {
		if got := Advice(200, "", v); got != "" {
			t.Errorf("%v needs no advice: %q", v, got)
		}
	}
}
