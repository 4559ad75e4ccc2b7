package main

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
)

// A group is a set of settings that a command takes together.
type group uint8

const (
	common     group = iota // every command; persistent flags
	reading                 // how input files are read
	deciding                // what becomes of their rows before anything is sent
	sparing                 // which rows need no request
	target                  // where requests go
	rehearsing              // that they go nowhere
	signing                 // as whom
	asking                  // how each of them goes
	sending                 // how rows are sent
	saving                  // that a plan is kept
	pruning                 // how many runs are kept
	keeping                 // what is kept, and taken up
	showing                 // in which form it is printed
	following               // how it is shown how far it is
	watching                // who is told of its end
	serving                 // what simulate serves
)

// A setting is one line of the table: everything that is known about a setting but its value.
type setting struct {
	flag, key string // "" where there is none
	short     string // one letter for the flag, or ""
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

// The one place for each secret: no flag, which others could read, and no file that is kept.
const (
	tokenVariable    = "STATUSSYNC_TOKEN"
	secretVariable   = "STATUSSYNC_CLIENT_SECRET"
	passwordVariable = "STATUSSYNC_CERTIFICATE_PASSWORD"
)

var (
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"auto", "console", "json"}
	formats    = []string{"", "csv", "json"}
	encodings  = []string{"", "utf-8", "windows-1252"}
	onInvalid  = []string{"refuse", "skip"}
	duplicates = []string{"refuse", "first", "last"}
	clouds     = cloudNames()
	compares   = []string{"none", "remote"}
	verifies   = []string{"unknown", "all", "sample=2%", "none"}
	outputs    = []string{"table", "json", "csv"}
	progresses = []string{"auto", "bar", "plain", "none"}
	colors     = []string{"auto", "always", "never"}
)

// table holds all settings, in the order in which help, config and config.example.yaml show them.
var table = slices.Concat(running, served)

// running are the settings of all commands but simulate.
var running = []setting{
	{flag: "config", unit: "file", help: "read settings from this YAML file",
		bind: func(s *Settings) value { return anyText(&s.Config) }},
	{flag: "runs", key: "runs.dir", def: "runs", unit: "folder", help: "keep the journal and the reports here",
		bind: func(s *Settings) value { return someText(&s.Runs) }},
	{flag: "keep", key: "runs.keep", def: "30", unit: "n", group: pruning,
		help: "keep the newest n runs; older ones go at the end of a good run",
		bind: func(s *Settings) value { return number(&s.Keep, 1, math.MaxInt32) }},
	{flag: "resume-within", key: "runs.resume_within", def: "24h", unit: "duration", group: keeping,
		help: "take up an unfinished run that was worked at within this time",
		bind: func(s *Settings) value { return duration(&s.ResumeWithin, 0) }},
	{flag: "fresh", key: "runs.fresh", def: "false", group: keeping,
		help: "begin anew instead of taking up an unfinished run",
		bind: func(s *Settings) value { return toggle(&s.Fresh) }},
	{flag: "lock-wait", key: "runs.lock_wait", def: "0s", unit: "duration", group: keeping,
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
	{flag: "skip-unchanged", key: "plan.skip_unchanged", def: "false", group: sparing,
		help: "do not send rows that equal what was last applied",
		bind: func(s *Settings) value { return toggle(&s.SkipUnchanged) }},
	{flag: "allow-empty", key: "plan.allow_empty", def: "false", group: deciding, help: "input without rows is no error",
		bind: func(s *Settings) value { return toggle(&s.AllowEmpty) }},
	{flag: "expect-rows", key: "plan.expect_rows", def: "-1", unit: "n", group: deciding,
		help: "refuse input that does not have n rows; -1 for any number",
		bind: func(s *Settings) value { return number(&s.ExpectRows, -1, math.MaxInt64) }},
	{flag: "compare", key: "plan.compare", def: "none", unit: "what", words: compares, group: sparing,
		help: "remote: read what Graph holds first, send only rows that differ, and fill in missing ids",
		bind: func(s *Settings) value { return oneOf(&s.Compare, compares...) }},
	{flag: "save", key: "plan.save", def: "false", group: saving,
		help: "keep the plan; run --run ID sends exactly that",
		bind: func(s *Settings) value { return toggle(&s.Save) }},
	{flag: "run", key: "plan.run", unit: "id", group: sending,
		help: "send the plan that plan --save has kept under this id",
		bind: func(s *Settings) value { return anyText(&s.SavedRun) }},
	{flag: "max-plan-age", key: "plan.max_age", def: "24h", unit: "duration", group: sending,
		help: "refuse a kept plan that is older, unless it was begun",
		bind: func(s *Settings) value { return duration(&s.MaxPlanAge, minimum) }},
	{flag: "detailed-exitcode", key: "plan.detailed_exitcode", def: "false", group: sparing,
		help: "plan leaves with 10 when there is work, else with 4 when rows would fail",
		bind: func(s *Settings) value { return toggle(&s.DetailedExitCode) }},

	{flag: "cloud", key: "graph.cloud", def: "global", unit: "name", words: clouds, group: target,
		help: "global, usgov, usgov-dod or china: sets root, authority and scope together",
		bind: func(s *Settings) value { return oneOf(&s.Cloud, clouds...) }},
	{flag: "base-url", key: "graph.base_url", def: graph.DefaultBaseURL, unit: "url", group: target,
		help: "root of the service with its version",
		bind: func(s *Settings) value { return baseURL(&s.BaseURL) }},
	{key: "graph.path", env: "STATUSSYNC_GRAPH_PATH", def: graph.DefaultPath, group: target, help: "path below the root",
		bind: func(s *Settings) value { return pathTemplate(&s.Path) }},
	{flag: "ca-file", key: "graph.ca_file", unit: "file", group: target,
		help: "trust the certificate authorities in this PEM file as well",
		bind: func(s *Settings) value { return anyText(&s.CAFile) }},
	{flag: "simulate", key: "graph.simulate", def: "false", group: rehearsing,
		help: "rehearse against a simulated Graph inside; no tenant is touched",
		bind: func(s *Settings) value { return toggle(&s.Simulate) }},
	{flag: "auth-method", key: "auth.method", def: "default", unit: "method", words: signin.Methods, group: signing,
		help: "how to sign in; default picks by what is present, and says what it picked",
		bind: func(s *Settings) value { return oneOf(&s.AuthMethod, signin.Methods...) }},
	{flag: "tenant", key: "auth.tenant", unit: "id", group: signing,
		help: "tenant whose rows these are; otherwise the token says it",
		bind: func(s *Settings) value { return tenant(&s.Tenant) }},
	{flag: "client-id", key: "auth.client_id", unit: "guid", group: signing,
		help: "application that signs in, or the managed identity",
		bind: func(s *Settings) value { return guid(&s.ClientID) }},
	{flag: "client-secret-file", key: "auth.client_secret_file", unit: "file", group: signing,
		help: "read the client secret from this file; otherwise set " + secretVariable,
		bind: func(s *Settings) value { return anyText(&s.ClientSecretFile) }},
	{env: secretVariable, group: signing, help: "client secret",
		bind: func(s *Settings) value { return secret(&s.ClientSecret) }},
	{flag: "certificate-file", key: "auth.certificate_file", unit: "file", group: signing,
		help: "certificate and private key, PEM or PKCS#12; its password is in " + passwordVariable,
		bind: func(s *Settings) value { return anyText(&s.CertificateFile) }},
	{env: passwordVariable, group: signing, help: "password of the certificate file",
		bind: func(s *Settings) value { return password(&s.CertificatePassword) }},
	{flag: "token-file", key: "auth.token_file", unit: "file", group: signing,
		help: "read the bearer token from this file; otherwise set " + tokenVariable,
		bind: func(s *Settings) value { return anyText(&s.TokenFile) }},
	{env: tokenVariable, group: signing, help: "bearer token",
		bind: func(s *Settings) value { return secret(&s.Token) }},
	{key: "auth.authority", env: "STATUSSYNC_AUTHORITY", group: signing, help: "sign-in host of one's own",
		bind: func(s *Settings) value { return anyText(&s.Authority) }},
	{key: "auth.scope", env: "STATUSSYNC_SCOPE", group: signing, help: "scope of the token",
		bind: func(s *Settings) value { return anyText(&s.Scope) }},
	{flag: "dry-run", key: "send.dry_run", def: "false", group: sending, help: "decide and count, but send nothing",
		bind: func(s *Settings) value { return toggle(&s.DryRun) }},
	{flag: "rate", key: "send.rate", def: "100/20s", unit: "n/duration", group: sending,
		help: "send at most n requests in any such stretch of time; 0 for no limit",
		bind: func(s *Settings) value { return rate(&s.Rate) }},
	{flag: "adaptive", key: "send.adaptive", def: "true", group: sending,
		help: "find the rate that is really allowed, up to --rate, and remember it for the next run",
		bind: func(s *Settings) value { return toggle(&s.Adaptive) }},
	{flag: "quota-share", key: "send.quota_share", def: "100%", unit: "n%", group: sending,
		help: "use only this share of the rate, and leave the rest to the tenant's other jobs",
		bind: func(s *Settings) value { return percent(&s.QuotaShare) }},
	{flag: "forget-rate", key: "send.forget_rate", def: "false", group: sending,
		help: "begin at --rate instead of at the rate that the last run has found",
		bind: func(s *Settings) value { return toggle(&s.ForgetRate) }},
	{flag: "burst", key: "send.burst", def: "2", unit: "n", group: sending,
		help: "of these, n may follow each other at once",
		bind: func(s *Settings) value { return number(&s.Burst, 1, 10_000) }},
	{flag: "concurrency", key: "send.concurrency", def: "8", unit: "n", group: asking,
		help: "have at most n requests under way",
		bind: func(s *Settings) value { return number(&s.Concurrency, 1, 1024) }},
	{flag: "attempts", key: "send.attempts", def: "5", unit: "n", group: asking,
		help: "try a request at most n times; waiting for the quota is no try",
		bind: func(s *Settings) value { return number(&s.Attempts, 1, 100) }},
	{flag: "timeout", key: "send.timeout", def: "30s", unit: "duration", group: asking,
		help: "give up an attempt without an answer",
		bind: func(s *Settings) value { return duration(&s.Timeout, minimum) }},
	{flag: "max-wait", key: "send.max_wait", def: "15m", unit: "duration", group: asking,
		help: "stop after this long without a decisive answer",
		bind: func(s *Settings) value { return duration(&s.MaxWait, minimum) }},
	{flag: "max-duration", key: "send.max_duration", def: "0s", unit: "duration", group: sending,
		help: "end the run after this long, with its listing and reading back; 0s for never",
		bind: func(s *Settings) value { return duration(&s.MaxDuration, 0) }},
	{flag: "max-errors", key: "send.max_errors", unit: "n|n%", group: sending,
		help: "stop when more rows than this end badly; never when empty",
		bind: func(s *Settings) value { return threshold(&s.MaxErrors) }},
	{flag: "limit", key: "send.limit", def: "0", unit: "n", group: sending,
		help: "send at most n rows; 0 for all. The same command goes on",
		bind: func(s *Settings) value { return number(&s.Limit, 0, math.MaxInt64) }},
	{flag: "verify", key: "send.verify", def: "unknown", unit: "what", words: verifies, group: sending,
		help: "afterwards read back all, a sample such as sample=2%, only rows that are unknown, or none; " +
			"every field is compared",
		bind: func(s *Settings) value { return verify(&s.Verify) }},
	{flag: "grace", key: "send.grace", def: "5s", unit: "duration", group: sending,
		help: "after a stop signal, wait this long for requests under way",
		bind: func(s *Settings) value { return duration(&s.Grace, 0) }},

	{flag: "metrics-file", key: "metrics.file", unit: "file", group: watching,
		help: "write metrics for node_exporter's textfile collector here",
		bind: func(s *Settings) value { return metricsFile(&s.MetricsFile) }},
	{flag: "push-url", key: "metrics.push_url", unit: "url", group: watching,
		help: "push the metrics to this Pushgateway",
		bind: func(s *Settings) value { return gateway(&s.PushURL) }},
	{key: "log.termination", env: "STATUSSYNC_TERMINATION_LOG", def: "/dev/termination-log", group: watching,
		help: "leave the last words of a run here, if the file is there",
		bind: func(s *Settings) value { return anyText(&s.TerminationLog) }},
	{flag: "output", short: "o", key: "log.output", def: "table", unit: "form", words: outputs, group: showing,
		help: "table, json or csv",
		bind: func(s *Settings) value { return oneOf(&s.Output, outputs...) }},
	{flag: "progress", key: "log.progress", def: "auto", unit: "how", words: progresses, group: following,
		help: "bar, plain (log entries), none, or auto: a bar on a terminal",
		bind: func(s *Settings) value { return oneOf(&s.Progress, progresses...) }},
	{flag: "stats", key: "log.stats", def: "30s", unit: "duration", group: following,
		help: "off a terminal, log the progress this often; 0s for never",
		bind: func(s *Settings) value { return duration(&s.Stats, 0) }},
	{flag: "color", key: "log.color", def: "auto", unit: "when", words: colors,
		help: "always, never, or auto: on a terminal, unless NO_COLOR is set",
		bind: func(s *Settings) value { return oneOf(&s.Color, colors...) }},
	{flag: "quiet", key: "log.quiet", def: "false", help: "print nothing on success, and log errors alone",
		bind: func(s *Settings) value { return toggle(&s.Quiet) }},
	{flag: "log-level", key: "log.level", def: "info", unit: "level", words: logLevels,
		help: "debug, info, warn or error",
		bind: func(s *Settings) value { return oneOf(&s.LogLevel, logLevels...) }},
	{flag: "log-format", key: "log.format", def: "auto", unit: "format", words: logFormats,
		help: "console, json, or auto: console on a terminal",
		bind: func(s *Settings) value { return oneOf(&s.LogFormat, logFormats...) }},
}

func cloudNames() (names []string) {
	for _, c := range signin.Clouds {
		names = append(names, c.Name)
	}
	return names
}
