package signin

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

const (
	ahead    = 5 * time.Minute  // before its end a token is renewed, or when half of its life is over if that is later
	patience = 30 * time.Second // for one token request

	earlyPatience = 10 * time.Second // for one that is not pressing
	firstPause    = 10 * time.Second // after an early renewal that failed; the next ones double it
	longestPause  = time.Minute
	shortestPause = time.Second // between two token requests while a token lives
)

// A Source hands out tokens. It keeps what it has, and asks for a new one five minutes before that ends: one caller
// does, while the others go on with the old one. It is safe for concurrent use.
type Source struct {
	// ask makes one token request; the zero ExpiresOn means that the token has no known end.
	ask            func(ctx context.Context, claims string) (azcore.AccessToken, error)
	method, picked string
	file           watched

	held  atomic.Pointer[held]
	turn  chan struct{} // holds one element while somebody asks
	asked atomic.Uint64 // token requests that came to a result all can share
	err   error         // of the last of them; belongs to whose turn it is
}

// held is a token in use.
type held struct {
	token  string
	due    time.Time // from then on a new one is to be had
	end    time.Time // zero: none known
	failed int       // early renewals
}

func newSource(w watched, ask func(context.Context, string) (azcore.AccessToken, error)) *Source {
	return &Source{file: w, ask: ask, turn: make(chan struct{}, 1)}
}

// Method returns the method in use: never Default, but what that picked. It is "" where New has not made the source.
func (s *Source) Method() string { return s.method }

// Picked says which method Default picked and why, as in "azure-cli, since az is on the PATH". It is "" if the method
// was set.
func (s *Source) Picked() string { return s.picked }

// Warning says, in one sentence, that everybody may use the file that the token or the credential is in, or is empty.
// It looks at the file when it is called.
func (s *Source) Warning() string { return s.file.warning() }

// Token returns a token. refused is the token that the service has just refused, or "": a new one is asked for if it is
// still in use, once for all callers who wait. claims are what the service demands of the new one, as JSON, or "".
//
// The error is an *Error; its Temporary method tells whether another call may fare better. It waits no longer than
// ctx allows, and hardly at all while a token lives.
func (s *Source) Token(ctx context.Context, refused, claims string) (string, error) {
	h := s.held.Load()
	switch {
	case h == nil || h.token == refused:
		return s.renew(ctx, refused, claims)
	case h.end.IsZero():
		return h.token, nil
	}
	switch now := time.Now(); {
	case now.Before(h.due):
		return h.token, nil
	case now.Before(h.end):
		return s.renewEarly(ctx, h)
	}
	return s.renew(ctx, refused, claims)
}

// renew asks for a token, or waits for the one that another caller is asking for.
func (s *Source) renew(ctx context.Context, refused, claims string) (string, error) {
	seen := s.asked.Load()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", overdue(ctx, "")
	}
	h := s.held.Load()
	shared := s.asked.Load() != seen
	switch {
	case h != nil && h.token != refused && h.lives(), shared && s.err == nil && h != nil:
		return h.token, nil
	case shared && s.err != nil:
		return "", s.err
	}
	s.held.Store(nil) // refused, or over: if this request fails, the next caller must ask again
	token, err := s.within(ctx, patience, claims)
	if err != nil && ctx.Err() != nil {
		return "", err // which says nothing to others
	}
	s.err = err
	s.asked.Add(1)
	if err != nil {
		return "", err
	}
	s.held.Store(hold(token))
	return token.Token, nil
}

// renewEarly asks for a token to follow h, if nobody else does, and returns one that lives.
func (s *Source) renewEarly(ctx context.Context, h *held) (string, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	default:
		return h.token, nil
	}
	if s.held.Load() != h {
		return h.token, nil
	}
	wait := earlyPatience
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end)/2) // the caller has something else to do as well
	}
	token, err := s.within(ctx, wait, "")
	if err != nil {
		s.held.Store(h.later())
		return h.token, nil
	}
	s.held.Store(hold(token))
	return token.Token, nil
}

func (s *Source) within(ctx context.Context, d time.Duration, claims string) (azcore.AccessToken, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return s.ask(ctx, claims)
}

func hold(token azcore.AccessToken) *held {
	h := &held{token: token.Token, end: token.ExpiresOn}
	life := time.Until(h.end)
	h.due = time.Now().Add(max(life-min(ahead, life/2), shortestPause))
	return h
}

func (h *held) lives() bool { return h.end.IsZero() || time.Now().Before(h.end) }

// later is h after one more early renewal failed.
func (h *held) later() *held {
	next := *h
	pause := min(firstPause<<min(h.failed, 8), longestPause, time.Until(h.end)/2)
	next.due = time.Now().Add(max(pause, shortestPause))
	next.failed++
	return &next
}
