package simulator

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// TestManyClients holds that tokens of long ago do not stay in memory, and that a client within its window does.
func TestManyClients(t *testing.T) {
	t.Parallel()
	alone := Quota{Window: time.Second, ClientWrites: 1, TenantWrites: -1, ClientRequests: -1, TenantRequests: -1}
	q := newQuota(alone, nil)
	for i := range 50_000 {
		now := time.Duration(i) * time.Millisecond
		if wait := q.take(q.client(fmt.Sprint(i), now), true, now); wait != 0 {
			t.Fatalf("%d: wait %v", i, wait)
		}
		if i < 900 {
			continue
		}
		if wait := q.take(q.client(fmt.Sprint(i-900), now), true, now); wait == 0 {
			t.Fatalf("%d: a client was forgotten within its window", i)
		}
	}
	if n := len(q.clients); n > 2*2*maxClients {
		t.Errorf("%d clients are kept", n)
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 1000 {
		id := newID()
		if !isGUID(id) || id[14] != '4' || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}

// FuzzChange holds that what is accepted is what encoding/json reads, and that nothing panics.
func FuzzChange(f *testing.F) {
	for _, seed := range []string{
		`{"id":"u1","userName":"Adele \ud83d\ude00","installedDeviceCount":-1}`, `{"\u0069d":"a","userName":null}`,
		`{"id":[{}]}`,
		`{"id":"a","failedDeviceCount":1e3}`, `{"id":"a"}{}`, `{"id":"a","id":"b"}`, "{\"id\":\"\xff\"}", `{`, ``, `{"x":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var c change
		p := c.decode(jsontext.NewDecoder(strings.NewReader(string(in))))
		if p != nil {
			if !json.Valid(p.append(nil, "innerError", &exchange{})) {
				t.Errorf("error body of %q is not JSON", in)
			}
			return
		}
		var want map[string]any
		if err := json.Unmarshal(in, &want); err != nil {
			t.Fatalf("%q was accepted: %v", in, err)
		}
		c.has &^= fieldType
		delete(want, "@odata.type")
		got := make(map[string]any)
		for name, value := range c.values() {
			got[name] = value
			if want[name] == nil {
				want[name] = ""
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", in, got, want)
		}
	})
}

// values returns what the change sets, as encoding/json would have it.
func (c *change) values() map[string]any {
	all := []any{c.ID, c.UserName, c.UserPrincipalName, float64(c.InstalledDeviceCount), float64(c.FailedDeviceCount),
		float64(c.NotInstalledDeviceCount)}
	values := make(map[string]any)
	for i, name := range []string{"id", "userName", "userPrincipalName", "installedDeviceCount", "failedDeviceCount",
		"notInstalledDeviceCount"} {
		if c.has&(fieldID<<i) != 0 {
			values[name] = all[i]
		}
	}
	return values
}

// FuzzRoute holds that an id comes out as it went in, escaped as one segment.
func FuzzRoute(f *testing.F) {
	for _, id := range []string{"u1", "..", ".", "a/b", "%2F", "a?b#c;d", "$ref", "ü", " ", "\x00"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if id == "" {
			return
		}
		u, err := url.ParseRequestURI("/beta" + collection + "app/userStatuses/" + url.PathEscape(id))
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRoute(u); got != (route{known: true, root: "/beta", app: "app", id: id, single: true}) {
			t.Errorf("%q: %+v", id, got)
		}
	})
}

func TestMixSpreads(t *testing.T) {
	t.Parallel()
	const n = 10_000
	sum := 0.0
	for i := range n {
		v := unit(uint64(i))
		if v < 0 || v >= 1 {
			t.Fatal(v)
		}
		sum += v
	}
	if mean := sum / n; math.Abs(mean-0.5) > 0.02 {
		t.Errorf("mean %v", mean)
	}
}

// FuzzAssertion holds that no text makes the reader of assertions panic, nor an unsigned one a good one.
func FuzzAssertion(f *testing.F) {
	for _, seed := range []string{
		"", "..", "e30.e30.", "e30.eyJhdWQiOlsxXX0.", "eyJ4NXQiOiIrLz0ifQ.eyJhdWQiOiJhIiwiZXhwIjoxZTk5fQ.AA",
	} {
		f.Add(seed)
	}
	cert := &x509.Certificate{Raw: []byte("a"), PublicKey: &rsa.PublicKey{N: big.NewInt(3233), E: 17}}
	l := (Login{Apps: []App{{ID: "a", Certificates: []*x509.Certificate{cert}}}}).withDefaults()
	f.Fuzz(func(t *testing.T, in string) {
		a, ok := parseAssertion(in)
		if !ok {
			return
		}
		for _, no := range []*refusal{a.byCertificate(&l.Apps[0], l, "https://login"), a.byFederation(&l.Apps[0])} {
			if no == nil || !json.Valid(no.body("https://login", "")) {
				t.Errorf("%q: %+v", in, no)
			}
		}
	})
}

// TestManyTokens holds that tokens of long ago do not stay in memory, and that those that live do.
func TestManyTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := (Login{Apps: []App{{ID: "a"}}, Lifetime: 500 * time.Second}).withDefaults()
		b := newBook()
		var all []string
		for i := range 5000 {
			text, _ := b.issue(l, &l.Apps[0], DefaultResource, 0)
			all = append(all, text)
			if _, denied := b.check(all[max(0, i-499)], l, true); denied != nil {
				t.Fatalf("%d: %+v", i, denied)
			}
			time.Sleep(time.Second)
		}
		if _, denied := b.check(all[4000], l, true); denied == nil || len(b.tokens) > maxIssued || len(b.log) != maxIssued {
			t.Errorf("%d tokens are kept", len(b.tokens))
		}
	})
}

// TestAuthorityIsForLoopback holds that trusting it makes nobody believe anything of another host.
func TestAuthorityIsForLoopback(t *testing.T) {
	t.Parallel()
	a := newAuthority()
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	for address, good := range map[string]bool{"127.0.0.1": true, "127.9.9.9": true, "::1": true, "192.0.2.1": false} {
		der := a.config(&net.TCPAddr{IP: net.ParseIP(address)}).Certificates[0].Certificate[0]
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots}); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}
