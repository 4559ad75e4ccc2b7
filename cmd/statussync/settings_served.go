package main

import (
	"math"
	"strconv"
	"time"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// served are the settings of simulate.
var served = []setting{
	{flag: "address", key: "simulate.address", def: "127.0.0.1:0", unit: "host:port", group: serving,
		help: "listen on this loopback address; port 0 takes a free one",
		bind: func(s *Settings) value { return someText(&s.Serve.Address) }},
	{flag: "rules", key: "simulate.rules", unit: "rule;rule", group: serving,
		help: "script faults; semicolons separate rules",
		bind: func(s *Settings) value { return rules(&s.Serve.Rules) }},
	{flag: "accept", key: "simulate.accept", unit: "token,token", group: serving,
		help: "accept these bearer tokens alone; for tests, not for secrets",
		bind: func(s *Settings) value { return accepted(&s.Serve.Accept) }},
	{flag: "answer", key: "simulate.answer", def: answers[0], unit: "body", words: answers, group: serving,
		help: "body of a success: object, value, partial, altered, empty or no-content",
		bind: func(s *Settings) value { return oneOf(&s.Serve.Answer, answers...) }},
	{flag: "latency", key: "simulate.latency", def: "0s", unit: "duration", group: serving,
		help: "carry a request out after this long",
		bind: func(s *Settings) value { return duration(&s.Serve.Latency, 0) }},
	{flag: "jitter", key: "simulate.jitter", def: "0s", unit: "duration", group: serving,
		help: "add up to this much to the latency",
		bind: func(s *Settings) value { return duration(&s.Serve.Jitter, 0) }},
	{flag: "seed", key: "simulate.seed", def: "0", unit: "n", group: serving, help: "begin the chance in faults here",
		bind: func(s *Settings) value { return number(&s.Serve.Seed, 0, math.MaxInt64) }},
	{flag: "outage", key: "simulate.outage", def: "false", group: serving, help: "answer everything with 503",
		bind: func(s *Settings) value { return toggle(&s.Serve.Outage) }},
	{flag: "route-removed", key: "simulate.route_removed", def: "false", group: serving,
		help: "answer as a Graph whose model has no userStatuses",
		bind: func(s *Settings) value { return toggle(&s.Serve.RouteRemoved) }},
	{flag: "unlimited", key: "simulate.unlimited", def: "false", group: serving, help: "have no quota",
		bind: func(s *Settings) value { return toggle(&s.Serve.Unlimited) }},
	{flag: "fixed-window", key: "simulate.fixed_window", def: "false", group: serving,
		help: "count in windows that follow each other, instead of one that slides",
		bind: func(s *Settings) value { return toggle(&s.Serve.FixedWindow) }},
	{flag: "window", key: "simulate.window", def: brief(simulator.DefaultWindow), unit: "duration", group: serving,
		help: "count requests in windows this long",
		bind: func(s *Settings) value { return duration(&s.Serve.Window, minimum) }},
	{flag: "writes", key: "simulate.writes", def: strconv.Itoa(simulator.DefaultClientWrites), unit: "n", group: serving,
		help: "allow a token n writes in a window",
		bind: func(s *Settings) value { return number(&s.Serve.Writes, 1, 1_000_000) }},
	{flag: "tenant-writes", key: "simulate.tenant_writes", def: strconv.Itoa(simulator.DefaultTenantWrites), unit: "n",
		group: serving, help: "allow all tokens together n writes in a window",
		bind: func(s *Settings) value { return number(&s.Serve.TenantWrites, 1, 1_000_000) }},
	{flag: "rate-limit-headers", key: "simulate.rate_limit_headers", def: "0", unit: "n", group: serving,
		help: "tell what is left of the quota from n percent of use on; 0 for never",
		bind: func(s *Settings) value { return number(&s.Serve.RateLimit, 0, 100) }},
	{flag: "page-size", key: "simulate.page_size", def: strconv.Itoa(simulator.DefaultPageSize), unit: "n", group: serving,
		help: "put n statuses on a page of a list",
		bind: func(s *Settings) value { return number(&s.Serve.PageSize, 1, 100_000) }},
	{flag: "hold", key: "simulate.hold", unit: "file", group: serving,
		help: "hold the statuses in this file from the beginning, such as a run's before.jsonl",
		bind: func(s *Settings) value { return anyText(&s.Serve.Hold) }},
	{flag: "login", key: "simulate.login", unit: "folder", group: serving,
		help: "serve over TLS, with sign-in; a config.yaml that fits is written to this folder",
		bind: func(s *Settings) value { return anyText(&s.Serve.Login) }},
	{flag: "token-lifetime", key: "simulate.token_lifetime", def: "1h", unit: "duration", group: serving,
		help: "let the tokens of --login end after this long",
		bind: func(s *Settings) value { return duration(&s.Serve.TokenLifetime, time.Second) }},
}
