package graph

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// intune is the document that Intune puts into a message, escaped as it is there; intuneText is what it has to say.
const (
	intune = `{\r\n  \"_version\": 3,\r\n  \"Message\": \"` + intuneText + `\",\r\n` +
		`  \"CustomApiErrorPhrase\": \"\",\r\n  \"RetryAfter\": null,\r\n` +
		`  \"ErrorSourceService\": \"\",\r\n  \"HttpHeaders\": \"{}\"\r\n}`
	intuneText = "An error has occurred - Operation ID (for customer support): 0 - Activity ID: 1 - Url: https://x/y"
)

func TestReadProblem(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want problem
	}{
		"nothing": {"", problem{}},
		"blanks":  {" \r\n", problem{}},
		"graph": {`{"error":{"code":"A","message":"b","innerError":{"code":"C","message":"d","request-id":"r"}}}`,
			problem{code: "A", message: "b", requestID: "r"}},
		"inner first": {`{"error":{"innererror":{"code":"C","message":"d","requestId":"r"},"code":"A","message":"b"}}`,
			problem{code: "A", message: "b", requestID: "r"}},
		"inner only": {`{"error":{"code":"","message":null,"innerError":{"innerError":{"code":"C","message":"d"}}}}`,
			problem{code: "C", message: "d"}},
		"details only": {`{"error":{"details":[{"code":"C","message":"d","target":"t"},{"code":"E"}]}}`,
			problem{code: "C", message: "d"}},
		"code as a number": {`{"error":{"code":429,"message":"slow"}}`, problem{code: "429", message: "slow"}},
		"intune": {`{"error":{"code":"InternalError","message":"` + intune + `"}}`,
			problem{code: "InternalError", message: intuneText}},
		"intune, bare": {strings.ReplaceAll(strings.ReplaceAll(intune, `\r\n`, "\n"), `\"`, `"`),
			problem{message: intuneText}},
		"a document": {`{"error":{"message":"{\"error\":{\"code\":\"C\",\"message\":\"d\",\"requestId\":\"r\"}}"}}`,
			problem{code: "C", message: "d", requestID: "r"}},
		"two within": {`{"Message":"{\"Message\":\"{\\\"Message\\\":\\\"deep\\\"}\"}"}`,
			problem{message: "deep"}},
		"three within": {`{"Message":"{\"Message\":\"{\\\"Message\\\":\\\"{\\\\\\\"Message\\\\\\\":1}\\\"}\"}"}`,
			problem{message: `{"Message":1}`}},
		"a broken document": {`{"error":{"code":"A","message":"{not JSON"}}`,
			problem{code: "A", message: "{not JSON"}},
		"violation within": {`{"error":{"code":"A","message":"{\"code\":\"Directory_ConcurrencyViolation\"}"}}`,
			problem{code: "A", message: `{"code":"Directory_ConcurrencyViolation"}`, concurrency: true}},
		"oauth": {`{"error":"invalid_token","error_description":"AADSTS1"}`,
			problem{code: "invalid_token", message: "AADSTS1"}},
		"gateway":     {`{"code":"A","message":"b"}`, problem{code: "A", message: "b"}},
		"names twice": {`{"error":{"code":"A","code":"B","message":"b"}}`, problem{code: "A", message: "b"}},
		"invalid UTF-8": {"{\"error\":{\"code\":\"A\",\"message\":\"b\xff\"}}",
			problem{code: "A", message: "b\uFFFD"}},
		"cut":      {`{"error":{"code":"A","message":"b","innerErr`, problem{code: "A", message: "b"}},
		"a list":   {`[{"code":"A","message":"b"}]`, problem{code: "A", message: "b"}},
		"no error": {`{"a":1}`, problem{message: `{"a":1}`}},
		"a string": {`"down"`, problem{message: `"down"`}},
		"text":     {"upstream connect error", problem{message: "upstream connect error"}},
		"HTML": {"\n<!DOCTYPE html><html>\n<head><title>\n 502 &lt;Bad&gt; Gateway </title>",
			problem{message: "an HTML page: 502 <Bad> Gateway"}},
		"HTML without title": {"<html><title></title>", problem{message: "an HTML page"}},
		"XML":                {`<?xml version="1.0"?><Error><Code>x</Code></Error>`, problem{message: "an HTML page"}},
		"too deep": {strings.Repeat(`{"error":`, 60) + `{"code":"A"}` + strings.Repeat("}", 60),
			problem{message: strings.Repeat(`{"error":`, 60) + `{"code":"A"}` + strings.Repeat("}", 60)}},
		"brackets": {strings.Repeat("[", 60_000), problem{message: strings.Repeat("[", 60_000)}},
	} {
		if got := readProblem([]byte(test.body)); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func FuzzReadProblem(f *testing.F) {
	for _, s := range []string{
		"", graphError, `{"error":{"message":"` + intune + `"}}`, "<title>x", `[[{"error":"a"}]]`,
		`{"error":{"code":1e9}}`,
		"{\"message\":\"\xff\"}", `{"Message":"{\"Message\":\"{\\\"Message\\\":1}\"}"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		said := readProblem(body)
		if string(body) != before {
			t.Error("the body was changed")
		}
		for _, s := range []string{said.code, said.message, said.requestID} {
			if s = clean(s, "", 64); !utf8.ValidString(s) || len(s) > 64 {
				t.Errorf("%q", s)
			}
		}
	})
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s, token string
		limit    int
		want     string
	}{
		{" a\n", "", 9, "a"},
		{"a\xffb\xc3", "", 9, "a\uFFFDb\uFFFD"},
		{"123456789", "", 9, "123456789"},
		{"1234567890", "", 9, "123456…"},
		{"12345äöü", "", 9, "12345…"},
		{"x t0ken-12 y t0ken-12", "t0ken-12", 99, "x [token] y [token]"},
		{"context", "t", 99, "context"},
	} {
		if got := clean(test.s, test.token, test.limit); got != test.want {
			t.Errorf("%q: %q, want %q", test.s, got, test.want)
		}
	}
}
