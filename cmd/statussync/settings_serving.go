package main

import (
	"errors"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// Serve is what simulate serves. The simulator inside run --simulate has nothing to do with it.
type Serve struct {
	Address      string        // loopback host:port; port 0 takes a free one
	Rules        script        // the first rule that fits a request is taken
	Accept       []string      // bearer tokens; none: any
	Answer       string        // one of answers: the body of a success
	Latency      time.Duration // until a request is carried out
	Jitter       time.Duration // up to this much is added to Latency
	Seed         int64         // of all chance
	Outage       bool          // everything is answered with 503
	RouteRemoved bool          // apps have no userStatuses
	Unlimited    bool          // no quota
	FixedWindow  bool          // windows follow each other, instead of one that slides
	Window       time.Duration // at least 1 ms
	Writes       int           // of one token in a window
	TenantWrites int           // of all tokens in a window

	RateLimit     int           // percent of the quota from which on answers tell what is left of it; 0: never
	PageSize      int           // statuses on a page of a list
	Hold          string        // file of statuses that are there from the beginning, or ""
	Login         string        // folder for what signing in needs, or "" for any token
	TokenLifetime time.Duration // of a token that was signed in for
}

// A script is the rules of a simulator, with the text that they were read from.
type script struct {
	text  string
	rules []simulator.Rule
}

// answers are the bodies of a success that a simulator knows, the usual one first.
var answers = []string{
	string(simulator.BodyObject), string(simulator.BodyValue), string(simulator.BodyPartial),
	string(simulator.BodyAltered), string(simulator.BodyEmpty), string(simulator.BodyNoContent),
}

// config returns what a simulator takes, but for the address.
func (s *Serve) config() simulator.Config {
	return simulator.Config{
		Rules:        s.Rules.rules,
		Tokens:       s.Accept,
		Answer:       simulator.Body(s.Answer),
		Latency:      s.Latency,
		Jitter:       s.Jitter,
		Seed:         uint64(s.Seed),
		Outage:       s.Outage,
		RouteRemoved: s.RouteRemoved,
		Quota: simulator.Quota{
			Unlimited: s.Unlimited, Fixed: s.FixedWindow, Window: s.Window, ClientWrites: s.Writes, TenantWrites: s.TenantWrites,
		},
		RateLimit: s.RateLimit, PageSize: s.PageSize,
	}
}

// rules takes rules with semicolons between them, and no text as no rule.
func rules(at *script) value {
	return parsed[script]{at, func(text string) (script, error) {
		if text == "" {
			return script{}, nil
		}
		s := script{text: text}
		for part := range strings.SplitSeq(text, ";") {
			rule, err := simulator.ParseRule(part)
			if wrong, ok := errors.AsType[*simulator.ConfigError](err); ok {
				return s, errors.New(wrong.Field + " " + quote(wrong.Value) + " " + wrong.Text)
			} else if err != nil {
				return s, err
			}
			s.rules = append(s.rules, rule)
		}
		return s, anyText(new(string)).Set(text)
	}, func(s script) string { return s.text }}
}

// accepted takes tokens with commas between them, and no text as no token.
func accepted(at *[]string) value {
	return parsed[[]string]{at, func(text string) ([]string, error) {
		if text == "" {
			return nil, nil
		}
		tokens := strings.Split(text, ",")
		for _, t := range tokens {
			if t == "" || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
				return nil, &bareError{text: "must be words of ASCII characters with one comma between them"}
			}
		}
		return tokens, nil
	}, func(tokens []string) string { return strings.Join(tokens, ",") }}
}
