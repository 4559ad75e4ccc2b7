package graph

import (
	"context"
	"errors"
	"sync/atomic"
)

// A TokenSource hands out bearer tokens. It is asked before every request, so it keeps what it has.
type TokenSource interface {
	// Token returns a bearer token. refused is the token that the service has just answered with 401, otherwise "":
	// then the source asks its origin again, once for all callers that report the same refused token. claims are
	// what the service demands of the new token, as JSON, or "".
	//
	// An error with the method Temporary() bool that returns true says that another call may fare better. Any other
	// error ends the run.
	Token(ctx context.Context, refused, claims string) (string, error)
}

// A bearer is one token as requests carry it. A renewal makes a new one, even of the same token, so that a request's
// bearer tells whether it was sent before or after.
type bearer struct {
	token   string
	header  [1]string
	renewed renewal
	proven  atomic.Bool // an answer has shown that the service takes it
}

// A renewal is why a bearer was asked for.
type renewal uint8

const (
	fresh    renewal = iota // there was none, or its source had a new one
	refused                 // the one before met a 401
	demanded                // the one before met a 401 with claims
)

var errToken = errors.New("the token holds characters that no bearer token has")

func newBearer(token string) (*bearer, error) {
	if token == "" {
		return nil, errors.New("the token is empty")
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return nil, errToken
		}
	}
	return &bearer{token: token, header: [1]string{"Bearer " + token}}, nil
}

func (b *bearer) prove() {
	if !b.proven.Load() {
		b.proven.Store(true)
	}
}

// tokens knows the bearer in use, and sees to it that a refused one is renewed once for all requests that carried it.
type tokens struct {
	source TokenSource
	turn   chan struct{} // holds one element while somebody renews
	inUse  atomic.Pointer[bearer]
}

func newTokens(source TokenSource) tokens {
	return tokens{source: source, turn: make(chan struct{}, 1)}
}

func (t *tokens) current(ctx context.Context) (*bearer, error) {
	token, err := t.source.Token(ctx, "", "")
	if err != nil {
		return nil, err
	}
	for {
		old := t.inUse.Load()
		if old != nil && old.token == token {
			return old, nil
		}
		b, err := newBearer(token)
		if err != nil {
			return nil, err
		}
		if t.inUse.CompareAndSwap(old, b) {
			return b, nil
		}
	}
}

// errRefused is the second 401 in a row: the one before was answered with a renewed token, which fared no better.
var errRefused = errors.New("a renewed token was refused as well")

// refused deals with a 401 that a request with b met, and that demanded claims unless they are "". It
// reports whether the 401 does not count: the next request carries another token, and it is not the second in a row.
// An error means that no token helps, that ctx has ended, or what the source says.
func (t *tokens) refused(ctx context.Context, b *bearer, claims string) (free bool, err error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if now := t.inUse.Load(); now != b {
		return now.token != b.token, nil
	}
	second := b.renewed != fresh && !b.proven.Load()
	if second && b.renewed == refused && claims == "" {
		return false, errRefused
	}
	token, err := t.source.Token(ctx, b.token, claims)
	if err != nil {
		return false, err
	}
	if second && token == b.token {
		return false, errRefused // the source has nothing else to offer
	}
	next, err := newBearer(token)
	if err != nil {
		return false, err
	}
	if next.renewed = refused; claims != "" {
		next.renewed = demanded
	}
	t.inUse.Store(next)
	return token != b.token && !second, nil
}

// passing reports whether a source's error may pass.
func passing(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err)
	return ok && e.Temporary()
}
