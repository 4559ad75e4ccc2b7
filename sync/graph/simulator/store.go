package simulator

import (
	"maps"
	"slices"
	"strings"
)

// A Status is a userAppInstallStatus as it stands on the wire.
type Status struct {
	ID                      string
	UserName                string
	UserPrincipalName       string
	InstalledDeviceCount    int32
	FailedDeviceCount       int32
	NotInstalledDeviceCount int32
	NoUserName              bool // UserName is null, and "" here
	NoUserPrincipalName     bool // so is UserPrincipalName
}

// An entry is what is known of one key; it may have been asked for without having a value.
type entry struct {
	app      *app
	status   Status // its ID is always set
	exists   bool
	applied  int64 // times a request changed it
	tries    int64 // requests for it
	inFlight int
}

// An app holds its entries by id, and those with a value in the order in which they got it.
type app struct {
	name    string
	entries map[string]*entry
	listed  []*entry
}

type store struct {
	apps   map[string]*app // by GUID in lower case
	forget bool
}

// entry returns the entry of a key, a new one if need be. The name of the app is in lower case.
func (s *store) entry(name, id string) *entry {
	a := s.apps[name]
	if a == nil {
		a = &app{name: name, entries: make(map[string]*entry)}
		s.apps[name] = a
	}
	e := a.entries[id]
	if e == nil {
		e = &entry{app: a, status: Status{ID: id}}
		a.entries[id] = e
	}
	return e
}

func (s *store) find(name, id string) *entry {
	if a := s.apps[name]; a != nil {
		return a.entries[id]
	}
	return nil
}

// leave ends one request for a key. A store that forgets drops the entry with its last request.
func (s *store) leave(e *entry) {
	e.inFlight--
	if !s.forget || e.inFlight > 0 {
		return
	}
	delete(e.app.entries, e.status.ID)
	if len(e.app.entries) == 0 {
		delete(s.apps, e.app.name)
	}
}

// list returns the statuses of an app from the given place on, n at most, and whether more follow.
func (s *store) list(name string, from, n int) ([]Status, bool) {
	a := s.apps[name]
	if a == nil || from >= len(a.listed) {
		return nil, false
	}
	end := min(len(a.listed), from+n)
	page := make([]Status, 0, end-from)
	for _, e := range a.listed[from:end] {
		page = append(page, e.status)
	}
	return page, end < len(a.listed)
}

// anyApp returns the first app that has a status, "" if there is none.
func (s *store) anyApp() string {
	for _, name := range slices.Sorted(maps.Keys(s.apps)) {
		if len(s.apps[name].listed) > 0 {
			return name
		}
	}
	return ""
}

// apply carries a change out.
func (s *store) apply(e *entry, c *change) Status {
	c.apply(&e.status)
	e.applied++
	if !s.forget {
		e.list()
	}
	return e.status
}

func (e *entry) set(status Status) {
	e.status = status
	e.list()
}

func (e *entry) list() {
	if !e.exists {
		e.exists = true
		e.app.listed = append(e.app.listed, e)
	}
}

// Value returns what the service holds for a key, and whether it holds anything.
func (s *Server) Value(appID, id string) (Status, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.store.find(strings.ToLower(appID), id); e != nil && e.exists {
		return e.status, true
	}
	return Status{}, false
}

// Applied returns how many requests changed a key.
func (s *Server) Applied(appID, id string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.store.find(strings.ToLower(appID), id); e != nil {
		return e.applied
	}
	return 0
}

// Apps returns the apps that were asked for or put, in lower case, sorted.
func (s *Server) Apps() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.store.apps))
}

// Statuses returns all that the service holds for an app, in the order in which the ids first got a value.
func (s *Server) Statuses(appID string) []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ToLower(appID)
	a := s.store.apps[name]
	if a == nil {
		return nil
	}
	all, _ := s.store.list(name, 0, len(a.listed))
	return all
}
