package graph

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/statussync/statussync/sync/row"
)

// A reply is what a test's server answers.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	io.WriteString(w, r.body)
}

// want is what a call should make of an answer. No kind is success.
type want struct {
	kind     *Kind
	pause    time.Duration
	asked    bool
	free     bool
	code     string
	message  string
	request  string
	mismatch string
}

func kind(k Kind) *Kind { return &k }

const graphError = `{"error":{"code":"ResourceNotFound","message":"No such thing.","innerError":` +
	`{"date":"2026-11-23T15:00:00","request-id":"inner-1","client-request-id":"c"}}}`

func after(values ...string) http.Header { return http.Header{"Retry-After": values} }

func TestAnswers(t *testing.T) {
	t.Parallel()
	refused := func(code string) want { return want{kind: kind(Refused), code: code} }
	transient, unreadable := want{kind: kind(Transient)}, want{kind: kind(Transient), code: "unreadable"}
	throttled := func(pause time.Duration) want {
		return want{kind: kind(Throttled), asked: true, free: true, pause: pause}
	}
	s := sample()
	tests := map[string]struct {
		reply
		want
	}{
		"200 with the object":      {reply{status: 200, body: objectOf(s)}, want{}},
		"200 with value":           {reply{status: 200, body: `{"value":` + objectOf(s) + `}`}, want{}},
		"200 with an empty object": {reply{status: 200, body: `{}`}, want{}},
		"200 empty":                {reply{status: 200}, want{}},
		"200 blank":                {reply{status: 200, body: "\r\n"}, want{}},
		"201 with the object":      {reply{status: 201, body: objectOf(s)}, want{}},
		"204":                      {reply{status: 204}, want{}},
		"200 with another count": {reply{status: 200, body: strings.Replace(objectOf(s), ":12}", ":11}", 1)},
			want{mismatch: "notInstalledDeviceCount: sent 12, came back 11"}},
		"201 with another id": {reply{status: 201, body: `{"id":"x"}`},
			want{mismatch: `id: sent "` + s.ID + `", came back "x"`}},
		"200 with HTML": {reply{status: 200, body: "<!doctype html><TITLE lang=en>Sign in &amp; go</title>"},
			want{kind: kind(Transient), code: "unreadable", message: "an HTML page: Sign in & go"}},
		"204-like HTML": {reply{status: 201, body: "<p>"},
			want{kind: kind(Transient), code: "unreadable", message: "an HTML page"}},
		"200 with text": {reply{status: 200, body: "ok"},
			want{kind: kind(Transient), code: "unreadable", message: "ok"}},
		"200 with an error inside": {reply{status: 200, body: graphError},
			want{kind: kind(Transient), code: "unreadable", message: "No such thing."}},
		"200 with a list": {reply{status: 200, body: `[{"id":"x"}]`},
			want{kind: kind(Transient), code: "unreadable", message: `[{"id":"x"}]`}},
		"200 with null": {reply{status: 200, body: `null`},
			want{kind: kind(Transient), code: "unreadable", message: "null"}},
		"202": {reply{status: 202}, want{kind: kind(Unconfirmed)}},
		"206 with the object": {reply{status: 206, body: objectOf(s)},
			want{kind: kind(Unconfirmed), message: objectOf(s)}},
		"304": {reply{status: 304},
			want{kind: kind(Refused), code: "redirect", message: "a redirect, not followed"}},
		"400": {reply{status: 400, body: graphError},
			want{kind: kind(Refused), code: "ResourceNotFound", message: "No such thing.", request: "inner-1"}},
		"400 with a header": {reply{status: 400, body: graphError, header: http.Header{"Request-Id": {"outer-1"}}},
			want{kind: kind(Refused), code: "ResourceNotFound", message: "No such thing.", request: "outer-1"}},
		"400 cut JSON": {reply{status: 400, body: graphError[:60]},
			want{kind: kind(Refused), code: "ResourceNotFound"}},
		"402": {reply{status: 402}, refused("")},
		"403": {reply{status: 403, body: `{"error":{"code":"Forbidden"}}`},
			want{kind: kind(Forbidden), code: "Forbidden"}},
		"404 empty": {reply{status: 404}, refused("")},
		"405":       {reply{status: 405}, refused("")},
		"408":       {reply{status: 408}, transient},
		"409":       {reply{status: 409, body: `{"error":{"code":"Conflict"}}`}, refused("Conflict")},
		"409 by text": {reply{status: 409,
			body: `{"error":{"code":"Conflict","message":"Directory_ConcurrencyViolation"}}`},
			want{kind: kind(Refused), code: "Conflict", message: codeConcurrency}},
		"409 violation": {reply{status: 409, body: `{"error":{"code":"Directory_ConcurrencyViolation"}}`},
			want{kind: kind(Busy), code: codeConcurrency}},
		"409 violation within": {reply{status: 409,
			body: `{"error":{"innererror":{"code":"Directory_ConcurrencyViolation"},"code":"Conflict"}}`},
			want{kind: kind(Busy), code: "Conflict"}},
		"404 violation": {reply{status: 404, body: `{"error":{"code":"Directory_ConcurrencyViolation"}}`},
			refused(codeConcurrency)},
		"410":                {reply{status: 410}, refused("")},
		"412":                {reply{status: 412}, refused("")},
		"413":                {reply{status: 413}, refused("")},
		"415":                {reply{status: 415}, refused("")},
		"422":                {reply{status: 422}, refused("")},
		"423":                {reply{status: 423}, want{kind: kind(Busy)}},
		"423 with a wait":    {reply{status: 423, header: after("7")}, want{kind: kind(Busy)}},
		"424":                {reply{status: 424}, transient},
		"429":                {reply{status: 429}, throttled(0)},
		"429 with seconds":   {reply{status: 429, header: after("7")}, throttled(7 * time.Second)},
		"429 with a decimal": {reply{status: 429, header: after("2.128")}, throttled(3 * time.Second)},
		"429 with zero":      {reply{status: 429, header: after("0")}, throttled(time.Second)},
		"429 with nonsense":  {reply{status: 429, header: after("-3")}, throttled(0)},
		"429 with two":       {reply{status: 429, header: after("7", "9", "soon")}, throttled(9 * time.Second)},
		"500": {reply{status: 500, body: `{"error":{"code":"InternalError"}}`},
			want{kind: kind(Transient), code: "InternalError"}},
		"500 with a wait": {reply{status: 500, header: after("7")}, transient},
		"501":             {reply{status: 501}, refused("")},
		"502 HTML": {reply{status: 502, body: "<html><title>502 Bad Gateway</title>"},
			want{kind: kind(Transient), message: "an HTML page: 502 Bad Gateway"}},
		"503": {reply{status: 503}, transient},
		"503 with a wait": {reply{status: 503, header: after("7")},
			want{kind: kind(Transient), asked: true, pause: 7 * time.Second}},
		"503 with nonsense": {reply{status: 503, header: after("")}, transient},
		"504":               {reply{status: 504}, transient},
		"505":               {reply{status: 505}, refused("")},
		"507":               {reply{status: 507}, refused("")},
		"509":               {reply{status: 509}, transient},
		"509 with a wait": {reply{status: 509, header: after("7")},
			want{kind: kind(Transient), asked: true, pause: 7 * time.Second}},
		"599": {reply{status: 599}, transient},
		"200 with other's JSON": {reply{status: 200, body: `{"login":"required"}`},
			with(unreadable, `{"login":"required"}`)},
		"200 with junk behind": {reply{status: 200, body: `{} {}`}, with(unreadable, `{} {}`)},
		"200 with a name twice": {reply{status: 200, body: `{"id":"` + s.ID + `","id":"x"}`},
			with(unreadable, `{"id":"`+s.ID+`","id":"x"}`)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newServer(t, test.reply.ServeHTTP)
			got, err := c.Patch(t.Context(), s)
			checkAnswer(t, test.want, test.status, got, err)
		})
	}
}

func with(w want, message string) want {
	w.message = message
	return w
}

func checkAnswer(t *testing.T, w want, status int, got row.Answer, err error) {
	t.Helper()
	expected := row.Answer{HTTPStatus: status, Code: w.code, Message: w.message, RequestID: w.request,
		ClientRequestID: got.ClientRequestID, Mismatch: w.mismatch}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if len(got.ClientRequestID) != 36 {
		t.Errorf("client-request-id %q", got.ClientRequestID)
	}
	if w.kind == nil {
		if err != nil {
			t.Errorf("error %v", err)
		}
		return
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want kind %v", err, *w.kind)
	}
	pause, asked := e.Pause()
	if e.Kind != *w.kind || asked != w.asked || pause != w.pause || e.Free() != w.free {
		t.Errorf("kind %v, pause %v %v, free %v; want %v, %v %v, %v",
			e.Kind, pause, asked, e.Free(), *w.kind, w.pause, w.asked, w.free)
	}
	if diff := cmp.Diff(got, e.Answer); diff != "" {
		t.Errorf("the error's answer is another:\n%s", diff)
	}
}

func TestKindsAnswerTheQuestions(t *testing.T) {
	t.Parallel()
	for k, want := range map[Kind]string{ // again, definite, fatal
		Refused:      "false true false",
		Busy:         "true true false",
		Throttled:    "true true false",
		Transient:    "true false false",
		Unconfirmed:  "false false false",
		Unreachable:  "true true false",
		Unauthorized: "true true false",
		SignIn:       "false true true",
		Forbidden:    "false true false",
		Certificate:  "false true true",
		Proxy:        "false true true",
	} {
		e := &Error{Kind: k}
		if got := fmt.Sprint(e.Again(), e.Definite(), e.Fatal()); got != want {
			t.Errorf("%v: %s, want %s", k, got, want)
		}
	}
}

// TestRedirects has a redirect of every kind to every sort of place: none is followed, none counts as done.
func TestRedirects(t *testing.T) {
	t.Parallel()
	other := newCounter(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, location := range map[string]string{
			"same place": "/beta/elsewhere", "another port": other.URL,
			"another host":   "https://user:pw@login.invalid/x?q=secret",
			"another scheme": "ftp://x.invalid", "nowhere": "",
		} {
			t.Run(fmt.Sprint(status, " ", name), func(t *testing.T) {
				t.Parallel()
				seen := 0
				c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
					seen++
					reply{status: status, header: http.Header{"Location": {location}}}.ServeHTTP(w, r)
				})
				got, err := c.Patch(t.Context(), sample())
				checkAnswer(t, want{kind: kind(Refused), code: "redirect", message: got.Message}, status, got, err)
				for _, secret := range []string{"pw", "secret", "elsewhere"} {
					if strings.Contains(got.Message, secret) {
						t.Errorf("message %q", got.Message)
					}
				}
				if seen != 1 {
					t.Errorf("%d requests", seen)
				}
			})
		}
	}
	t.Cleanup(func() {
		if n := other.count.Load(); n != 0 {
			t.Errorf("%d requests followed a redirect", n)
		}
	})
}

func TestProbe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply
		want
	}{
		"a list":        {reply{status: 200, body: `{"value":[{"id":"x","installedDeviceCount":9}]}`}, want{}},
		"an empty list": {reply{status: 200, body: `{"value":[]}`}, want{}},
		"a page": {reply{status: 200, body: `<title>Hi</title>`},
			want{kind: kind(Transient), code: "unreadable", message: "an HTML page: Hi"}},
		"no route": {reply{status: 400, body: `{"error":{"code":"BadRequest"}}`},
			want{kind: kind(Refused), code: "BadRequest"}},
		"no verb": {reply{status: 405}, want{kind: kind(Refused)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var line string
			c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
				line = r.Method + " " + r.RequestURI + r.Header.Get("Content-Type")
				test.ServeHTTP(w, r)
			}, func(cfg *Config) { cfg.Path = DefaultPath + "/{id}" })
			got, err := c.Probe(t.Context(), appID)
			checkAnswer(t, test.want, test.status, got, err)
			if want := "GET /beta/deviceAppManagement/mobileApps/" + appID + "/userStatuses?$top=1"; line != want {
				t.Errorf("request %q, want %q", line, want)
			}
		})
	}
}
