package run

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// A prover is a world whose Graph can change while rows are read back.
type prover struct {
	*world
	mu       sync.Mutex
	requests int64
	reading  func(n int64) // called when the n-th read arrives, one after the other; nil: nothing
	atOnce   func(n int64) // called when the n-th read arrives, side by side; nil: nothing
}

func newProver(t *testing.T, cfg simulator.Config) *prover {
	p := &prover{world: newWorld(t, cfg)}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.opt.Graph.BaseURL = server.URL + "/beta"
	p.opt.Verify = Verify{Share: 1}
	return p
}

func (p *prover) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		p.mu.Lock()
		p.requests++
		n := p.requests
		if p.reading != nil {
			p.reading(n)
		}
		p.mu.Unlock()
		if p.atOnce != nil {
			p.atOnce(n)
		}
	}
	p.world.ServeHTTP(rw, r)
}

// asked returns how many pages of lists and how many single statuses were read.
func (w *world) asked() (pages, singles int) {
	for _, a := range w.sim.Arrivals() {
		switch {
		case a.Method != http.MethodGet:
		case a.ID == "":
			pages++
		default:
			singles++
		}
	}
	return pages, singles
}

// A proof is what report.json says of the reading back.
type proof struct {
	Rows, Equal, Resolved, Different, Missing, Unread, Requests int64
}

func (w *world) proof(id string) (p proof) {
	w.Helper()
	b, err := os.ReadFile(filepath.Join(w.opt.Dir, id, "report.json"))
	check(w, err)
	d := struct{ Verification *proof }{&p}
	check(w, json.Unmarshal(b, &d))
	return p
}
