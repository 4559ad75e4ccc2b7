package main

import (
	"math"
	"strconv"

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
		bind: func(s *Settings) value { return number(&s.Serve.Writes, 1, simulator.DefaultTenantWrites) }},
}
