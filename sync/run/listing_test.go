package run

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// unlisting are ways in which Graph does not say what it holds.
var unlisting = []struct {
	name  string
	set   func(w *world)
	exit  int
	words []string
}{
	{"no such route", func(w *world) { w.sim.SetRouteRemoved(true) }, ExitStopped,
		[]string{"does not serve the list", "400", app, "leave --compare out", "README"}},
	{"405", listing(simulator.Fault{Status: 405}), ExitStopped, []string{"does not serve the list", "405"}},
	{"501", listing(simulator.Fault{Status: 501}), ExitStopped, []string{"does not serve the list", "501"}},
	{"a redirect", listing(simulator.Fault{Status: 307}), ExitStopped, []string{"does not serve the list", "307"}},
	{"404 to all there is", listing(simulator.Fault{Status: 404}), ExitStopped,
		[]string{"does not serve the list", "404", "the collection of all apps", "--base-url"}},
	{"404 to every list", func(w *world) {
		w.sim.SetRules(simulator.Rule{List: true, Fault: simulator.Fault{Status: 404, Body: simulator.BodyHTML}})
	}, ExitStopped, []string{"does not serve the list", app + ", which it has, was answered 404"}},
	{"404 to every list, and an outage", func(w *world) {
		w.sim.SetRules(simulator.Rule{List: true, App: app, Fault: simulator.Fault{Status: 404}},
			simulator.Rule{Method: http.MethodGet, Fault: simulator.Fault{Status: 503}})
	}, ExitUnfinished, []string{"the app that it names itself could not be read", "503", "again later"}},
	{"403", listing(simulator.Fault{Status: 403}), ExitSignIn, []string{"403", "DeviceManagementApps.ReadWrite.All"}},
	{"another token", func(w *world) { w.sim.SetTokens("other"); w.opt.Send.Attempts = 2 }, ExitSignIn, []string{"401"}},
	{"an outage", func(w *world) { w.sim.SetOutage(true) }, ExitUnfinished, []string{app, "503", "again later"}},
	{"no page of a list", listing(simulator.Fault{Raw: `{"value":[{"id":5}]}`}), ExitStopped, []string{app}},
	{"a way to another host", listing(simulator.Fault{
		Raw: `{"value":[],"@odata.nextLink":"https://elsewhere.example/beta"}`}), ExitStopped, []string{app}},
	{"a list that ends in the middle", func(w *world) {
		next := w.opt.Graph.BaseURL + "/deviceAppManagement/mobileApps/" + simulator.ReservedApp + "/userStatuses"
		w.sim.SetRules(simulator.Rule{App: app, Fault: simulator.Fault{Raw: `{"value":[],"@odata.nextLink":"` + next + `"}`}})
	}, ExitUnfinished, []string{app, "404", "again later"}},
	{"a list that leads to itself", func(w *world) {
		next := w.opt.Graph.BaseURL + "/deviceAppManagement/mobileApps/" + app + "/userStatuses"
		listing(simulator.Fault{Raw: `{"value":[],"@odata.nextLink":"` + next + `"}`})(w)
	}, ExitStopped, []string{app, "has no end"}},
}

func listing(f simulator.Fault) func(*world) {
	return func(w *world) { w.sim.SetRules(simulator.Rule{Method: http.MethodGet, Fault: f}) }
}

// TestNotListed ends where Graph does not say what it holds: nothing is sent, and nothing is kept.
func TestNotListed(t *testing.T) {
	t.Parallel()
	for _, test := range unlisting {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := comparing(t, paged, 7)
			w.opt.Send.Attempts = 1
			test.set(w)
			path := w.file("users.csv", strings.TrimSuffix(counted(1, 7, 9), "\n"))
			if err := w.fails(test.exit, path); !has(err, test.words...) {
				t.Errorf("%v", err)
			}
			o := w.opt
			o.Inputs = []string{path}
			if p, err := Plan(t.Context(), o); ExitStatus(err) != test.exit {
				t.Errorf("planned %+v, %v", p, err)
			}
			if names := w.folders(); w.sent() != 0 || len(names) != 0 {
				t.Errorf("%d writes, folders %q", w.sent(), names)
			}
			if len(w.findings) != 2 || len(w.findings[0].Warnings) != 1 {
				t.Errorf("findings %+v", w.findings)
			}
		})
	}
}

// TestNoAppKnown: that every app is unknown is the input's fault where Graph has others, has none, or does not say.
func TestNoAppKnown(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*world){
		"has others": func(w *world) { w.sim.Put(app, holds(1, 1)) },
		"has none":   func(*world) {},
	} {
		w := comparing(t, paged, 0)
		set(w)
		r := w.run(ExitFailed, w.file("users.csv", strings.ReplaceAll(table(1, 3), app, simulator.ReservedApp)))
		if got := w.verdicts(r.ID); got != "3 failed" || w.sent() != 0 || w.reads() > 3 {
			t.Errorf("%s: %s, %d writes, %d reads", name, got, w.sent(), w.reads())
		}
	}
}

// TestListedInSpite reads on through what passes, and heeds the pause that Graph asks for.
func TestListedInSpite(t *testing.T) {
	t.Parallel()
	cfg := paged
	cfg.EmptyEvery = 2
	w := comparing(t, cfg, 7)
	get := func(at int64, f simulator.Fault) simulator.Rule {
		return simulator.Rule{Method: http.MethodGet, At: at, Times: 1, Fault: f}
	}
	w.sim.SetRules(get(1, simulator.Fault{Status: 429, RetryAfter: simulator.RetryAfterSeconds, Wait: time.Second}),
		get(2, simulator.Fault{Status: 503}), get(3, simulator.Fault{Reset: simulator.ResetBefore}),
		get(4, simulator.Fault{Cut: true}))
	w.opt.Send.Attempts = 4
	r := w.run(ExitOK, w.file("users.csv", counted(1, 7, 7)))
	got, inside := w.verdicts(r.ID), w.sim.Stats().InsidePause
	if got != "6 succeeded, 1 unchanged" || inside != 0 || !w.said("the pause is over") {
		t.Errorf("%s, %d requests in the pause", got, inside)
	}
}

// through lets every request pass a handler before it reaches the simulator.
func (w *world) through(before func(*http.Request)) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		before(r)
		w.ServeHTTP(rw, r)
	}))
	w.Cleanup(server.Close)
	w.opt.Graph.BaseURL = server.URL + "/beta"
}

// TestSideBySide lists as many apps at the same time as there may be requests.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 0)
	w.opt.Send.Concurrency = 3
	var all sync.WaitGroup
	all.Add(3)
	w.through(func(r *http.Request) {
		all.Done()
		all.Wait()
	})
	content := header
	for i := range 3 {
		content += strings.Replace(line(1, 1), app, app[:35]+fmt.Sprint(i), 1)
	}
	w.run(ExitFailed, w.file("users.csv", content))
	if n := w.sim.Stats().PeakInFlight; n > 3 {
		t.Errorf("%d requests at once", n)
	}
}

// TestStoppedListing is stopped by a signal while it lists: it ends as before deciding.
func TestStoppedListing(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 30)
	path := w.file("users.csv", table(1, 30))
	for i, run := range []func(context.Context, Options) error{
		func(ctx context.Context, o Options) error { _, err := Run(ctx, o); return err },
		func(ctx context.Context, o Options) error { _, err := Plan(ctx, o); return err },
		func(ctx context.Context, o Options) error { o.Save = true; _, err := Plan(ctx, o); return err },
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		n := 0
		w.through(func(*http.Request) {
			if n++; n == 4 {
				cancel(Signal(2))
			}
		})
		o := w.opt
		o.Inputs = []string{path}
		if err := run(ctx, o); ExitStatus(err) != 130 || i != 1 && !has(err, "nothing was sent: stopped by SIGINT") {
			t.Errorf("%d: %v", i, err)
		}
		if names := w.folders(); len(names) != 0 || n > 5 {
			t.Errorf("%d requests, folders %q", n, names)
		}
	}
	past, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	for _, p := range past {
		if p.State != "abandoned" || !strings.HasPrefix(p.Exit, "130 ") || p.Rows+p.Succeeded+p.Failed+p.Left != 0 {
			t.Errorf("history: %+v", p)
		}
	}
}

// TestKilledListing begins anew after a process that was killed before everything was decided.
func TestKilledListing(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 9)
	path := w.file("users.csv", counted(1, 9, 9))
	dead := w.begun(path)
	c, err := dead.comparison()
	check(t, err)
	check(t, c.prepare(t.Context(), newDecider(dead.records, w.opt, nil), w.opt))
	dead.close()
	r := w.run(ExitOK, path)
	if r.ID == dead.run.ID || len(w.folders()) != 1 || w.verdicts(r.ID) != "8 succeeded, 1 unchanged" {
		t.Errorf("%s in %q", w.verdicts(r.ID), w.folders())
	}
}

// TestHistoryOfCompare tells of a run that could not compare as of one that was given up.
func TestHistoryOfCompare(t *testing.T) {
	t.Parallel()
	w := comparing(t, paged, 3)
	w.sim.SetRouteRemoved(true)
	w.fails(ExitStopped, w.file("users.csv", table(1, 3)))
	past, err := History(t.Context(), w.opt.Dir)
	check(t, err)
	if len(past) != 1 || past[0].State != "abandoned" || !strings.HasPrefix(past[0].Exit, "7 ") {
		t.Errorf("%+v", past)
	}
	w.database(func(db *sql.DB) {
		var stopped string
		check(t, db.QueryRowContext(t.Context(), `SELECT stopped FROM run`).Scan(&stopped))
		if !strings.Contains(stopped, "does not serve the list") {
			t.Error(stopped)
		}
	})
}
