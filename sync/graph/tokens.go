package graph

import (
	"context"
	"errors"
	"sync/atomic"
)

// A TokenSource hands out bearer tokens. It is asked before every request, so it keeps what it has.
type TokenSource interface {
	// Token returns a bearer token. refused is the token that the service has just answered with 401: then the
	// source asks its origin again, once for all callers that report the same refused token. Otherwise refused is
	// "".
	Token(ctx context.Context, refused string) (string, error)
}

// A bearer is one token as requests carry it. A renewal makes a new one, even of the same token, so that a request's
// bearer tells whether it was sent before or after.
type bearer struct {
	token   string
	header  [1]string
	renewed bool        // it was asked for because the one before was refused
	proven  atomic.Bool // an answer has shown that the service takes it
}

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
	token, err := t.source.Token(ctx, "")
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

// refused deals with a 401 that a request with b met, and reports whether the next request carries another token
// than b's. An error means that no token helps, or that ctx has ended.
func (t *tokens) refused(ctx context.Context, b *bearer) (changed bool, err error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if now := t.inUse.Load(); now != b {
		return now.token != b.token, nil
	}
	if b.renewed && !b.proven.Load() {
		return false, errRefused
	}
	token, err := t.source.Token(ctx, b.token)
	if err != nil {
		return false, err
	}
	next, err := newBearer(token)
	if err != nil {
		return false, err
	}
	next.renewed = true
	t.inUse.Store(next)
	return token != b.token, nil
}
