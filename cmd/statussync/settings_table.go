package main

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/simulator"
)

// A group is a set of settings that a command takes together.
type group uint8

const (
	common   group = iota // every command; persistent flags
	reading               // how input files are read
	deciding              // what becomes of their rows before anything is sent
	target                // where requests go
	sending               // how they go, and what is kept
	serving               // what simulate serves
)

// A setting is one line of the table: everything that is known about a setting but its value.
type setting struct {
	flag, key string // "" where there is none
	env       string // only where it does not follow from the flag
	def       string // as Set takes it
	unit      string // what stands for the value in the help
	help      string
	group     group
	bind      func(*Settings) value
	words     []string // all values there are, for the shell's completion
}

// name is what tells the setting from the others: its key, or what else it has.
func (st *setting) name() string { return cmp.Or(st.key, st.flag, st.env) }

// variable returns the setting's environment name, or "" when there is none.
func (st *setting) variable() string {
	if st.env != "" || st.flag == "" {
		return st.env
	}
	return "STATUSSYNC_" + strings.ToUpper(strings.ReplaceAll(st.flag, "-", "_"))
}

// tokenVariable is the one place for a token: no flag, which others could read, and no file that is kept.
const tokenVariable = "STATUSSYNC_TOKEN"

var (
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"auto", "console", "json"}
	formats    = []string{"", "csv", "json"}
	encodings  = []string{"", "utf-8", "windows-1252"}
	onInvalid  = []string{"refuse", "skip"}
	duplicates = []string{"refuse", "first", "last"}
)

// table holds all settings, in the order in which help, config and config.example.yaml show them.
var table = []setting{
	{flag: "config", unit: "file", help: "read settings from this YAML file",
		bind: func(s *Settings) value { return anyText(&s.Config) }},
	{flag: "runs", key: "runs.dir", def: "runs", unit: "folder", help: "keep the journal and the reports here",
		bind: func(s *Settings) value { return someText(&s.Runs) }},
	{flag: "keep", key: "runs.keep", def: "30", unit: "n", group: sending,
		help: "keep the newest n runs; older ones go at the end of a good run",
		bind: func(s *Settings) value { return number(&s.Keep, 1, math.MaxInt32) }},
	{flag: "resume-within", key: "runs.resume_within", def: "24h", unit: "duration", group: sending,
		help: "take up an unfinished run that was worked at within this time",
		bind: func(s *Settings) value { return duration(&s.ResumeWithin, 0) }},
	{flag: "fresh", key: "runs.fresh", def: "false", group: sending,
		help: "begin anew instead of taking up an unfinished run",
		bind: func(s *Settings) value { return toggle(&s.Fresh) }},
	{flag: "lock-wait", key: "runs.lock_wait", def: "0s", unit: "duration", group: sending,
		help: "wait this long for another run to end",
		bind: func(s *Settings) value { return duration(&s.LockWait, 0) }},

	{flag: "format", key: "input.format", unit: "format", words: formats, group: reading,
		help: "csv or json; detected when empty",
		bind: func(s *Settings) value { return oneOf(&s.Format, formats...) }},
	{flag: "delimiter", key: "input.delimiter", unit: "char", group: reading,
		help: "between CSV cells: , ; | or tab; detected when empty",
		bind: func(s *Settings) value { return delimiter(&s.Delimiter) }},
	{flag: "encoding", key: "input.encoding", unit: "name", words: encodings, group: reading,
		help: "utf-8 or windows-1252, for input without a byte order mark; UTF-8 when empty",
		bind: func(s *Settings) value { return oneOf(&s.Encoding, encodings...) }},
	{flag: "app", key: "input.app", unit: "guid", group: reading,
		help: "app of all rows, for input without a column mobileAppId",
		bind: func(s *Settings) value { return guid(&s.App) }},
	{key: "input.columns", group: reading, help: "which header stands for which field",
		bind: func(s *Settings) value { return columns{&s.Columns} }},

	{flag: "on-invalid", key: "plan.on_invalid", def: "refuse", unit: "what", words: onInvalid, group: deciding,
		help: "when rows are invalid: refuse everything, or skip them",
		bind: func(s *Settings) value { return oneOf(&s.OnInvalid, onInvalid...) }},
	{flag: "duplicates", key: "plan.duplicates", def: "refuse", unit: "what", words: duplicates, group: deciding,
		help: "when rows contradict each other: refuse them, or let the first or the last win",
		bind: func(s *Settings) value { return oneOf(&s.Duplicates, duplicates...) }},
	{flag: "skip-unchanged", key: "plan.skip_unchanged", def: "false", group: deciding,
		help: "do not send rows that equal what was last applied",
		bind: func(s *Settings) value { return toggle(&s.SkipUnchanged) }},
	{flag: "allow-empty", key: "plan.allow_empty", def: "false", group: deciding, help: "input without rows is no error",
		bind: func(s *Settings) value { return toggle(&s.AllowEmpty) }},
	{flag: "expect-rows", key: "plan.expect_rows", def: "-1", unit: "n", group: deciding,
		help: "refuse input that does not have n rows; -1 for any number",
		bind: func(s *Settings) value { return number(&s.ExpectRows, -1, math.MaxInt64) }},
	{flag: "detailed-exitcode", key: "plan.detailed_exitcode", def: "false", group: deciding,
		help: "plan leaves with 10 when there is work",
		bind: func(s *Settings) value { return toggle(&s.DetailedExitCode) }},

	{flag: "base-url", key: "graph.base_url", def: graph.DefaultBaseURL, unit: "url", group: target,
		help: "root of the service with its version",
		bind: func(s *Settings) value { return baseURL(&s.BaseURL) }},
	{key: "graph.path", env: "STATUSSYNC_GRAPH_PATH", def: graph.DefaultPath, group: target, help: "path below the root",
		bind: func(s *Settings) value { return pathTemplate(&s.Path) }},
	{flag: "simulate", key: "graph.simulate", def: "false", group: target,
		help: "rehearse against a simulated Graph inside; no tenant is touched",
		bind: func(s *Settings) value { return toggle(&s.Simulate) }},
	{flag: "token-file", key: "auth.token_file", unit: "file", group: target,
		help: "read the bearer token from this file; otherwise set STATUSSYNC_TOKEN",
		bind: func(s *Settings) value { return anyText(&s.TokenFile) }},
	{env: tokenVariable, group: target, help: "bearer token",
		bind: func(s *Settings) value { return secret(&s.Token) }},
	{flag: "tenant", key: "auth.tenant", unit: "id", group: target,
		help: "tenant whose rows these are; otherwise the token says it",
		bind: func(s *Settings) value { return tenant(&s.Tenant) }},

	{flag: "dry-run", key: "send.dry_run", def: "false", group: sending, help: "decide and count, but send nothing",
		bind: func(s *Settings) value { return toggle(&s.DryRun) }},
	{flag: "rate", key: "send.rate", def: "100/20s", unit: "n/duration", group: sending,
		help: "send at most n requests in any such stretch of time; 0 for no limit",
		bind: func(s *Settings) value { return rate(&s.Rate) }},
	{flag: "burst", key: "send.burst", def: "2", unit: "n", group: sending,
		help: "of these, n may follow each other at once",
		bind: func(s *Settings) value { return number(&s.Burst, 1, 10_000) }},
	{flag: "concurrency", key: "send.concurrency", def: "8", unit: "n", group: sending,
		help: "have at most n requests under way",
		bind: func(s *Settings) value { return number(&s.Concurrency, 1, 1024) }},
	{flag: "attempts", key: "send.attempts", def: "5", unit: "n", group: sending, help: "try a row at most n times",
		bind: func(s *Settings) value { return number(&s.Attempts, 1, 100) }},
	{flag: "timeout", key: "send.timeout", def: "30s", unit: "duration", group: sending,
		help: "give up an attempt without an answer",
		bind: func(s *Settings) value { return duration(&s.Timeout, minimum) }},
	{flag: "max-wait", key: "send.max_wait", def: "15m", unit: "duration", group: sending,
		help: "stop after this long without an answer that decides a row",
		bind: func(s *Settings) value { return duration(&s.MaxWait, minimum) }},
	{flag: "max-duration", key: "send.max_duration", def: "0s", unit: "duration", group: sending,
		help: "stop after this long in all; 0s for never",
		bind: func(s *Settings) value { return duration(&s.MaxDuration, 0) }},
	{flag: "max-errors", key: "send.max_errors", unit: "n|n%", group: sending,
		help: "stop when more rows than this end badly; never when empty",
		bind: func(s *Settings) value { return threshold(&s.MaxErrors) }},
	{flag: "limit", key: "send.limit", def: "0", unit: "n", group: sending,
		help: "send at most n rows; 0 for all. The same command goes on",
		bind: func(s *Settings) value { return number(&s.Limit, 0, math.MaxInt64) }},
	{flag: "grace", key: "send.grace", def: "5s", unit: "duration", group: sending,
		help: "after a stop signal, wait this long for requests under way",
		bind: func(s *Settings) value { return duration(&s.Grace, 0) }},

	{flag: "quiet", key: "log.quiet", def: "false", help: "print nothing on success, and log errors alone",
		bind: func(s *Settings) value { return toggle(&s.Quiet) }},
	{flag: "log-level", key: "log.level", def: "info", unit: "level", words: logLevels,
		help: "debug, info, warn or error",
		bind: func(s *Settings) value { return oneOf(&s.LogLevel, logLevels...) }},
	{flag: "log-format", key: "log.format", def: "auto", unit: "format", words: logFormats,
		help: "console, json, or auto: console on a terminal",
		bind: func(s *Settings) value { return oneOf(&s.LogFormat, logFormats...) }},

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
