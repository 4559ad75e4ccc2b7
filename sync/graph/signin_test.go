package graph_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

const (
	application = "5d1a3c7e-0b64-4a55-9b0e-0f6a3a1c9d10"
	mobileApp   = "8c5ca0b1-6ed8-4a7b-9f52-41a1b9a3a0c1"
	canary      = "canary~Q8.secret-of-the-application"
)

// A tenant is Graph and its sign-in service, with a client signed in by the application's secret unless changed.
type tenant struct {
	*simulator.Server
	*graph.Client
}

func newTenant(t *testing.T, login simulator.Login, change func(*signin.Config, *simulator.Server)) tenant {
	t.Helper()
	if len(login.Apps) == 0 {
		login.Apps = []simulator.App{{ID: application, Secrets: []string{canary}}}
	}
	sim := simulator.New(simulator.Config{Login: &login, Quota: simulator.Quota{Unlimited: true}})
	if err := errors.Join(sim.StartTLS(""), sim.StartLogin("")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	cfg := signin.Config{Method: signin.ClientSecret, Tenant: simulator.DefaultTenant, ClientID: application,
		Secret: signin.NewSecret(canary), Authority: sim.LoginURL(), RootCAs: sim.Authority()}
	if change != nil {
		change(&cfg, sim)
	}
	source, err := signin.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c, err := graph.New(graph.Config{BaseURL: sim.URL() + "/beta", Tokens: source, Conns: 8, RootCAs: sim.Authority()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return tenant{sim, c}
}

// send makes one attempt, within a time that nobody needs.
func (tn tenant) send(ctx context.Context, n int64) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	_, err := tn.Patch(ctx, &row.Status{AppID: mobileApp, ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
		UserName: "Ann", UserPrincipalName: "ann@example.com", Installed: int32(n)})
	return err
}

// work has eight workers send rows until the time is over or stop says so, each row until it succeeds; it counts the
// attempts that were not free. What ends a run fails the test.
func (tn tenant) work(t *testing.T, d time.Duration, stop func() bool) (rows, paid int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var next, counted atomic.Int64
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for ctx.Err() == nil && !stop() {
				n := next.Add(1)
				for err := tn.send(t.Context(), n); err != nil; err = tn.send(t.Context(), n) {
					var e *graph.Error
					if !errors.As(err, &e) || !e.Again() {
						t.Error(err)
						return
					}
					if !e.Free() {
						counted.Add(1)
					}
				}
			}
		})
	}
	workers.Wait()
	return next.Load(), counted.Load()
}

func never() bool { return false }

// TestSignedIn: each method that asks the sign-in service itself carries a row through.
func TestSignedIn(t *testing.T) {
	t.Parallel()
	certificate, both := simulator.NewCertificate("job")
	cluster := simulator.Federation{Issuer: "https://cluster.example/", Subject: "system:serviceaccount:jobs:sync"}
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	login := simulator.Login{Apps: []simulator.App{{ID: application, Secrets: []string{canary},
		Certificates: nil, Federations: []simulator.Federation{cluster}}}}
	login.Apps[0].Certificates = append(login.Apps[0].Certificates, certificate)
	for grant, change := range map[simulator.Grant]func(*signin.Config, *simulator.Server){
		simulator.GrantSecret: nil,
		simulator.GrantCertificate: func(cfg *signin.Config, _ *simulator.Server) {
			cfg.Method, cfg.CertificateFile = signin.ClientCertificate, file(string(both))
		},
		simulator.GrantFederation: func(cfg *signin.Config, _ *simulator.Server) {
			cfg.Method, cfg.TokenFile = signin.WorkloadIdentity, file(cluster.Assertion(time.Hour)+"\n")
		},
	} {
		tn := newTenant(t, login, change)
		if err := tn.send(t.Context(), 1); err != nil {
			t.Errorf("%s: %v", grant, err)
		}
		if n := tn.LoginStats().Outcomes[simulator.Outcome{Grant: grant, Status: 200}]; n != 1 {
			t.Errorf("%s: %+v", grant, tn.LoginStats())
		}
	}
}

func TestSignedInByManagedIdentity(t *testing.T) {
	tn := newTenant(t, simulator.Login{Identity: canary}, func(cfg *signin.Config, sim *simulator.Server) {
		// The identity's service is plain HTTP in Azure; the simulator has it beside Graph.
		t.Setenv("IDENTITY_ENDPOINT", sim.IdentityURL())
		t.Setenv("IDENTITY_HEADER", canary)
		cfg.Method, cfg.ClientID = signin.Default, ""
		cfg.Secret = signin.Secret{}
	})
	if err := tn.send(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	tn.Revoke()
	err := tn.send(t.Context(), 2)
	var e *graph.Error
	if !errors.As(err, &e) || e.Kind != graph.Unauthorized || !e.Free() {
		t.Errorf("revoked: %v", err)
	}
	if err := tn.send(t.Context(), 2); err != nil {
		t.Error(err)
	}
	if n := tn.LoginStats().Outcomes[simulator.Outcome{Grant: simulator.GrantIdentity, Status: 200}]; n != 2 {
		t.Errorf("%+v", tn.LoginStats())
	}
}

// TestRunOutlivesTokens: rows go on through one token after the other, and none pays for it.
func TestRunOutlivesTokens(t *testing.T) {
	t.Parallel()
	tn := newTenant(t, simulator.Login{Lifetime: 3 * time.Second}, nil)
	rows, paid := tn.work(t, 4*time.Second, never)
	issued := tn.LoginStats()
	if rows < 8 || paid != 0 {
		t.Errorf("%d rows, %d attempts paid; Graph: %+v", rows, paid, tn.Stats())
	}
	if n := issued.Issued(); n < 3 || n > 4 || issued.PeakInFlight != 1 {
		t.Errorf("tokens: %+v", issued)
	}
}

// TestChallenged: whatever the challenge looks like and whenever it comes, every row is carried out, the claims are
// asked for once, and hardly an attempt counts.
func TestChallenged(t *testing.T) {
	t.Parallel()
	for _, bare := range []bool{false, true} {
		tn := newTenant(t, simulator.Login{Bare: bare}, nil)
		const challenges = 5
		n := int64(0)
		for range challenges {
			rows, paid := tn.work(t, 100*time.Millisecond, never)
			if n += rows; rows == 0 || paid != 0 {
				t.Errorf("bare %v: %d rows, %d attempts paid", bare, rows, paid)
			}
			tn.Challenge()
		}
		tn.work(t, 100*time.Millisecond, never)
		stats := tn.LoginStats()
		if stats.Demands != challenges || stats.Issued() != challenges+1 || stats.PeakInFlight != 1 {
			t.Errorf("bare %v: %+v", bare, stats)
		}
	}
}

// TestChallengedUnderWay has the challenges come while eight workers send.
func TestChallengedUnderWay(t *testing.T) {
	t.Parallel()
	tn := newTenant(t, simulator.Login{}, nil)
	var over atomic.Bool
	var other sync.WaitGroup
	other.Go(func() {
		for range 10 {
			<-time.After(50 * time.Millisecond)
			tn.Challenge()
		}
		over.Store(true)
	})
	rows, paid := tn.work(t, 30*time.Second, over.Load)
	other.Wait()
	if stats := tn.LoginStats(); stats.Demands == 0 || stats.Demands > 20 || paid > 8*stats.Demands {
		t.Errorf("%d rows, %d attempts paid, %+v", rows, paid, stats)
	}
}

// TestRevoked: a plain 401 brings a new token, not the one that the credential still holds.
func TestRevoked(t *testing.T) {
	t.Parallel()
	tn := newTenant(t, simulator.Login{}, nil)
	tn.work(t, 100*time.Millisecond, never)
	tn.Revoke()
	if _, paid := tn.work(t, 100*time.Millisecond, never); paid != 0 {
		t.Errorf("%d attempts paid", paid)
	}
	if n := tn.LoginStats().Issued(); n != 2 {
		t.Errorf("%d tokens", n)
	}
}

// TestSignInRefused: what never heals ends the run with the reason, what may pass does not; neither shows a secret.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	change := func(f func(cfg *signin.Config)) func(*signin.Config, *simulator.Server) {
		return func(cfg *signin.Config, _ *simulator.Server) { f(cfg) }
	}
	busy := simulator.Login{Rules: []simulator.Rule{{Fault: simulator.Fault{Status: 503}}}}
	for name, tt := range map[string]struct {
		login  simulator.Login
		change func(*signin.Config, *simulator.Server)
		kind   graph.Kind
		words  string
		hint   string
	}{
		"secret": {change: change(func(cfg *signin.Config) { cfg.Secret = signin.NewSecret(canary + "x") }),
			kind: graph.SignIn, words: "AADSTS7000215", hint: "value of a client secret"},
		"application": {change: change(func(cfg *signin.Config) { cfg.ClientID = mobileApp }),
			kind: graph.SignIn, words: "AADSTS700016", hint: "auth.client_id"},
		"tenant": {change: change(func(cfg *signin.Config) { cfg.Tenant = "nowhere.example" }),
			kind: graph.SignIn, words: "AADSTS90002", hint: "auth.tenant"},
		"authority": {change: change(func(cfg *signin.Config) { cfg.RootCAs = nil }),
			kind: graph.SignIn, words: "cannot be reached", hint: "graph.ca_file"},
		"busy": {login: busy, kind: graph.Unreachable, words: `no token for now: the sign-in service "127.0.0.1:`},
		"nobody there": {change: change(func(cfg *signin.Config) { cfg.Authority = "https://127.0.0.1:1" }),
			kind: graph.Unreachable, words: `no token for now: the sign-in service "127.0.0.1:`, hint: "auth.authority"},
		"no permission": {login: simulator.Login{Apps: []simulator.App{{ID: application, Secrets: []string{canary},
			Roles: []string{}}}}, kind: graph.Forbidden, words: "403", hint: "DeviceManagementApps.ReadWrite.All"},
		"another resource": {login: simulator.Login{Resource: "https://graph.microsoft.us"},
			kind: graph.Unauthorized, words: "401"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tn := newTenant(t, tt.login, tt.change)
			err := tn.send(t.Context(), 1)
			var e *graph.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(err.Error(), tt.words) ||
				!strings.Contains(e.Hint(), tt.hint) || !e.Definite() {
				t.Fatalf("%v, hint %q", err, e.Hint())
			}
			if e.Again() != (tt.kind == graph.Unreachable || tt.kind == graph.Unauthorized) {
				t.Errorf("again %v: %v", e.Again(), err)
			}
			all := fmt.Sprintf("%v %+v %#v %s %v", err, e, *e, e.Hint(), errors.Unwrap(e))
			for _, c := range append(tn.IssuedTokens(), canary) {
				if strings.Contains(all, c) {
					t.Errorf("%q is shown in %s", c, all)
				}
			}
		})
	}
}

// TestSecondRefusal: a token that Graph will never take ends the run after one renewal, with what to grant.
func TestSecondRefusal(t *testing.T) {
	t.Parallel()
	tn := newTenant(t, simulator.Login{Resource: "https://graph.microsoft.us"}, nil)
	_ = tn.send(t.Context(), 1)
	err := tn.send(t.Context(), 1)
	var e *graph.Error
	if !errors.As(err, &e) || e.Kind != graph.SignIn || !e.Fatal() {
		t.Fatal(err)
	}
	for _, word := range []string{"DeviceManagementApps.ReadWrite.All", "consent", "Intune licence"} {
		if !strings.Contains(e.Hint(), word) {
			t.Errorf("%q is not in %q", word, e.Hint())
		}
	}
	if n := tn.LoginStats().Issued(); n != 2 {
		t.Errorf("%d tokens", n)
	}
}
