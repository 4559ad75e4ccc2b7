package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNextPage: the link is followed to the letter, but to the server that it came from.
func TestNextPage(t *testing.T) {
	t.Parallel()
	var link, asked string
	c := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.RequestURI
		fmt.Fprintf(w, `{"value":[],"@odata.nextLink":%q}`, link)
	})
	host := c.route.base.Host
	for _, tail := range []string{
		"/beta/deviceAppManagement/mobileApps('" + appID + "')/userStatuses?$top=5&$skiptoken=a%2Fb+c%20d=;!*(~",
		"/x%2Fy/%C3%A9/../z?", "?q", "", "//evil.example/x", "/@evil.example/",
	} {
		for _, start := range []string{"http://" + host, "HTTP://" + host} {
			link = start + tail
			page, _, err := c.List(t.Context(), appID, "")
			if err != nil || page.Next != link {
				t.Errorf("%s: %q, %v", link, page.Next, err)
			}
			if _, _, err := c.List(t.Context(), appID, page.Next); err != nil {
				t.Errorf("%s: %v", link, err)
			}
			if want := strings.TrimSuffix("/"+strings.TrimPrefix(tail, "/"), "?"); strings.TrimSuffix(asked, "?") != want {
				t.Errorf("%s: asked for %s", link, asked)
			}
		}
	}
}

// TestNextPageElsewhere: no request follows a link that leads to another server, whoever hands it over.
func TestNextPageElsewhere(t *testing.T) {
	t.Parallel()
	other := newCounter(t)
	links := map[string]string{
		"another host":       "http://evil.example/beta",
		"another port":       other.URL + "/beta",
		"another loopback":   strings.Replace(other.URL, "127.0.0.1", "localhost", 1),
		"https":              "https://HOST/beta",
		"another scheme":     "ftp://HOST/beta",
		"a user":             "http://ann@HOST/beta",
		"a password":         "http://:hunter2hunter2@HOST/beta",
		"the host as a user": "http://HOST@evil.example/beta",
		"a longer host":      "http://HOST.evil.example/beta",
		"no port":            "http://127.0.0.1/beta",
		"relative":           "/beta/x",
		"relative, bare":     "users?$skiptoken=1",
		"without a scheme":   "//HOST/beta",
		"opaque":             "http:HOST/beta",
		"a back slash":       `http://HOST\@evil.example/beta`,
		"a blank":            " http://HOST/beta",
		"not a URL":          "http://HOST/%zz",
		"a control":          "http://HOST/\n",
		"a file":             "file:///etc/passwd",
		"data":               "data:application/json,{}",
	}
	var link string
	requests := 0
	c := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		body, _ := json.Marshal(link)
		io.WriteString(w, `{"@odata.nextLink":`+string(body)+`,"value":[`+statusA+`]}`)
	})
	for name, text := range links {
		link = strings.ReplaceAll(text, "HOST", c.route.base.Host)
		requests = 0
		for _, next := range []string{"", link} {
			page, answer, err := c.List(t.Context(), appID, next)
			var e *Error
			if !errors.As(err, &e) || e.Again() || e.Fatal() || page.Statuses != nil || page.Next != "" ||
				!strings.HasPrefix(answer.Message, "the link to the next page ") {
				t.Errorf("%s, next %q: %+v, %v", name, next, page, err)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "skiptoken") {
				t.Errorf("%s: the error shows too much: %v", name, err)
			}
		}
		if requests != 1 {
			t.Errorf("%s: %d requests", name, requests)
		}
	}
	if n := other.count.Load(); n != 0 {
		t.Errorf("the other server got %d requests", n)
	}
}

// TestSameServer has what links say of a server on its usual port, and of one whose name looks alike.
func TestSameServer(t *testing.T) {
	t.Parallel()
	r, err := newRoute("https://graph.microsoft.com/beta", DefaultPath)
	if err != nil {
		t.Fatal(err)
	}
	for link, same := range map[string]bool{
		"https://graph.microsoft.com/beta/x?$skiptoken=1": true,
		"https://graph.microsoft.com:443/beta/x":          true,
		"https://Graph.Microsoft.COM/beta/x":              true,
		"https://graph.micro\u017foft.com/beta/x":         true, // goes to the name that is configured
		"http://graph.microsoft.com/beta/x":               false,
		"https://graph.microsoft.com:444/beta/x":          false,
		"https://graph.microsoft.com:80/beta/x":           false,
		"https://graph.microsoft.com./beta/x":             false,
		"https://graph.microsoft.us/beta/x":               false,
		"https://microsoft.com/beta/x":                    false,
	} {
		var u url.URL
		err := r.follow(&u, link)
		if (err == nil) != same {
			t.Errorf("%s: %v", link, err)
		}
		if same && (u.Scheme != "https" || u.Host != "graph.microsoft.com" || u.Path != "/beta/x") {
			t.Errorf("%s leads to %s", link, &u)
		}
	}
}
