package graph

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

const (
	statusA = `{"id":"a","userName":"Ann","userPrincipalName":"ann@contoso.example",` +
		`"installedDeviceCount":1,"failedDeviceCount":2,"notInstalledDeviceCount":3}`
	statusB = `{"@odata.type":"#x","app":{"id":"z","value":[{}]},"notInstalledDeviceCount":null,"id":"b",` +
		`"userName":null,"userPrincipalName":null,"failedDeviceCount":-0}`
)

var (
	readA = row.Status{AppID: appID, ID: "a", UserName: "Ann", UserPrincipalName: "ann@contoso.example",
		Installed: 1, Failed: 2, NotInstalled: 3}
	readB = row.Status{AppID: appID, ID: "b", Null: row.AllNull &^ row.NullFailed}
)

func TestPages(t *testing.T) {
	t.Parallel()
	short := row.Status{AppID: appID, ID: "a", UserName: "Ann", Null: row.AllNull &^ row.NullUserName}
	for name, test := range map[string]struct {
		body string
		want []row.Status
	}{
		"none":           {`{"value":[]}`, nil},
		"one":            {`{"value":[` + statusA + `]}`, []row.Status{readA}},
		"null and less":  {`{"value":[` + statusB + "," + statusA + `]}`, []row.Status{readB, readA}},
		"members beside": {`{"@odata.count":1,"value":[` + statusA + `],"tips":{"error":1}}`, []row.Status{readA}},
		"blanks":         {" {\r\n\"value\" : [ " + statusA + " ,\n" + statusB + "] } \n", []row.Status{readA, readB}},
		"null next":      {`{"value":[` + statusA + `],"@odata.nextLink":null}`, []row.Status{readA}},
		"escaped":        {`{"value":[{"\u0069d":"\u0061","userName":"\u0041n\u006e"}]}`, []row.Status{short}},
		"twice an id":    {`{"value":[` + statusB + "," + statusB + `]}`, []row.Status{readB, readB}},
	} {
		c := newServer(t, reply{status: 200, body: test.body}.ServeHTTP)
		page, answer, err := c.List(t.Context(), appID, "")
		if diff := cmp.Diff(test.want, page.Statuses); diff != "" || err != nil || answer.HTTPStatus != 200 {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		if page.Next != "" {
			t.Errorf("%s: goes on at %q", name, page.Next)
		}
	}
}

// failedList returns how List fails at a page with this body.
func failedList(t *testing.T, body string) *Error {
	t.Helper()
	c := newServer(t, reply{status: 200, body: body}.ServeHTTP)
	page, answer, err := c.List(t.Context(), appID, "")
	var e *Error
	if !errors.As(err, &e) || e.Fatal() || answer.Code != "unreadable" || answer != e.Answer || page.Statuses != nil {
		t.Fatalf("%s: %+v, %v", body, page, err)
	}
	if said := fmt.Sprint(err, answer, e.Err); strings.Contains(said, "@contoso") {
		t.Errorf("the error shows people's data: %s", said)
	}
	return e
}

// TestBrokenPages: what may have been broken on the way may be whole the next time.
func TestBrokenPages(t *testing.T) {
	t.Parallel()
	const noObject = "the answer is not the object that was asked for"
	whole := `{"value":[` + statusA + "," + statusB + "]}"
	for body, message := range map[string]string{
		"":                           "",
		"<html><title>Sign in":       "an HTML page: Sign in",
		"Try later":                  "Try later",
		`{"error":{"message":"No"}}`: "No",
		`{"value":[` + statusA + `],"error":{"message":"No"}}`: "No",
		`{"login":"ann@contoso.example"}`:                      noObject,
		statusA:                                                noObject,
		"[" + statusA + "]":                                    noObject,
		`{"value":` + statusA + `}`:                            noObject,
		`{"value":null}`:                                       noObject,
		whole[:200]:                                            noObject,
		whole + "x":                                            noObject,
	} {
		if e := failedList(t, body); !e.Again() || e.Answer.Message != message {
			t.Errorf("%s: again %v, %v", body, e.Again(), e)
		}
	}
}

// TestPagesOfNoUse: what came back whole would come back the same.
func TestPagesOfNoUse(t *testing.T) {
	t.Parallel()
	const status, noInt32 = "status 2 of the page has ", ", not an Int32 in plain digits"
	for second, message := range map[string]string{
		`"ann@contoso.example"`:                   "status 2 of the page is not an object",
		`null`:                                    "status 2 of the page is not an object",
		`{"userName":"Bob"}`:                      status + "no id",
		`{"id":null}`:                             status + "no id",
		`{"id":7}`:                                status + "an id that is not a string",
		`{"userName":["Bob"]}`:                    status + "a userName that is not a string",
		`{"userPrincipalName":true}`:              status + "a userPrincipalName that is not a string",
		`{"installedDeviceCount":"5"}`:            status + `"5" as installedDeviceCount` + noInt32,
		`{"failedDeviceCount":5.0}`:               status + `5.0 as failedDeviceCount` + noInt32,
		`{"failedDeviceCount":5e0}`:               status + `5e0 as failedDeviceCount` + noInt32,
		`{"failedDeviceCount":{}}`:                status + `{} as failedDeviceCount` + noInt32,
		`{"notInstalledDeviceCount":2147483648}`:  status + `2147483648 as notInstalledDeviceCount` + noInt32,
		`{"notInstalledDeviceCount":-2147483649}`: status + `-2147483649 as notInstalledDeviceCount` + noInt32,
		`{"id":"b","\u0069d":"c"}`:                `jsontext: duplicate object member name "id" within "/value/1"`,
		"{\"id\":\"b\xff\"}":                      `jsontext: invalid UTF-8 within "/value/1/id" after offset 163`,
		`{"id":"b\ud800"}`:                        "jsontext: invalid surrogate pair",
		`{"id":"b"}],"@odata.nextLink":7,"x":[{}`: "@odata.nextLink is not a string",

		`{"failedDeviceCount":"` + testToken + `"}`:               status + `"[token]" as failedDeviceCount` + noInt32,
		`{"failedDeviceCount":"` + strings.Repeat("5", 40) + `"}`: status + "a long value as failedDeviceCount" + noInt32,
	} {
		e := failedList(t, `{"value":[`+statusA+","+second+"]}")
		if e.Again() || e.Kind != Unconfirmed || !strings.HasPrefix(e.Answer.Message, message) {
			t.Errorf("%s: %s, %s", second, e.Kind, e.Answer.Message)
		}
	}
}

func TestPageSizes(t *testing.T) {
	t.Parallel()
	var body string
	c := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(map[bool]int{true: 200, false: 404}[body[0] == '{'])
		io.WriteString(w, body)
	})
	try := func(text string) (int, *Error) {
		body = text
		page, _, err := c.List(t.Context(), appID, "")
		var e *Error
		errors.As(err, &e)
		return len(page.Statuses), e
	}
	frame := `{"value":[` + statusA + `],"x":"%s"}`
	largest := maxPage - len(frame) + len("%s")
	if n, e := try(fmt.Sprintf(frame, strings.Repeat("x", largest))); n != 1 || e != nil {
		t.Errorf("a page of 16 MiB: %d, %v", n, e)
	}
	_, e := try(fmt.Sprintf(frame, strings.Repeat("x", largest+1)))
	if e == nil || e.Answer.Code != "too-long" || e.Answer.Message != "the answer is too long" {
		t.Errorf("a page of more: %v", e)
	}
	_, e = try("no " + strings.Repeat("x", 1<<20))
	if e == nil || len(e.Answer.Message) > maxMessage || e.Kind != Refused {
		t.Errorf("a refusal of 1 MiB: %v", e)
	}
	many := `{"id":"a"}` + strings.Repeat(`,{"id":"a"}`, maxStatuses-1)
	if n, e := try(`{"value":[` + many + `]}`); n != maxStatuses || e != nil {
		t.Errorf("%d statuses, %v", n, e)
	}
	_, e = try(`{"value":[` + many + `,{"id":"a"}]}`)
	if e == nil || e.Kind != Unconfirmed || e.Answer.Message != "the page has more than 100,000 statuses" {
		t.Errorf("one status more: %v", e)
	}
}
