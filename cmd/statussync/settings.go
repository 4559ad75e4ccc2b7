package main

import (
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/run"
)

// Settings are the effective settings of one call, after all layers: a flag beats the environment, the environment
// beats the configuration file, the file beats the default.
//
// How to use them:
//
//	addSettings(cmd, common)                    // on the root: persistent flags that every command takes
//	addSettings(cmd, reading, deciding, target, signing, asking, sending, pruning, keeping)
//	root.SetFlagErrorFunc(flagError)            // words cobra's flag errors as *usageError
//	root.Args = knownCommand                    // an unknown command is a *usageError too
//	s, err := loadSettings(cmd, os.LookupEnv)   // in RunE; *usageError when a layer is wrong
//	log := newLogger(s, os.Stderr)
//	s.Given("send.rate")                        // whether any layer set the key
//	for _, e := range s.Entries() { … }         // key, value, origin; never a secret
//
// A new setting is one field here or in Serve, one line in the table of settings_table.go and one entry in
// config.example.yaml.
type Settings struct {
	Config    string // the configuration file, or ""
	Runs      string // folder that holds all that the program keeps
	Quiet     bool   // success prints nothing
	LogLevel  string // debug, info, warn, error
	LogFormat string // auto, console, json
	Output    string // table, json, csv
	Color     string // auto, always, never

	Progress    string        // auto, bar, plain, none
	Stats       time.Duration // between two log entries about the progress; 0: none
	MetricsFile string        // file for node_exporter, or ""
	PushURL     string        // Pushgateway, or ""

	TerminationLog string // gets the last words of a run, if it exists; "": nothing does

	Format    string            // csv, json, or "" to detect
	Delimiter string            // the one character between cells, or "" to detect
	Encoding  string            // utf-8, windows-1252, or "" for what the byte order mark says, else UTF-8
	App       string            // GUID for rows without a mobileAppId column, or ""
	Columns   map[string]string // Graph's field name to the header that the files have for it

	OnInvalid        string // refuse, skip
	Duplicates       string // refuse, first, last
	SkipUnchanged    bool
	AllowEmpty       bool
	ExpectRows       int64  // rows that the inputs must have together; -1 for any number
	DetailedExitCode bool   // plan leaves with 10 when there is work
	Compare          string // none, remote
	Save             bool   // plan keeps what it has decided
	SavedRun         string // id of a kept plan to send, or ""
	MaxPlanAge       time.Duration

	Cloud    string // a name from signin.CloudNames
	BaseURL  string // service root with its version
	Path     string // template below BaseURL
	CAFile   string // PEM file with further certificate authorities, or ""
	Simulate bool   // send to a simulator inside

	AuthMethod          string // a name from signin.Methods
	Tenant              string // GUID or domain; "" when only the token knows
	ClientID            string // GUID, or ""
	ClientSecretFile    string // at most one of ClientSecretFile and ClientSecret is set
	ClientSecret        signin.Secret
	CertificateFile     string
	CertificatePassword signin.Secret
	TokenFile           string        // file with a bearer token, or "". At most one of TokenFile and Token is set
	Token               signin.Secret // bearer token from STATUSSYNC_TOKEN, or empty
	Authority           string        // https root of a sign-in service of one's own; "": the cloud's
	Scope               string        // "": the cloud's

	DryRun       bool // run is plan
	Rate         dispatch.Rate
	Adaptive     bool // find the rate that is really allowed
	QuotaShare   int  // of Rate, in percent: 1 to 100
	ForgetRate   bool // pass over what earlier runs have found
	Burst        int  // calls at once, at least 1
	Concurrency  int  // requests in flight at most, at least 1
	Attempts     int  // tries per row at most, at least 1
	Timeout      time.Duration
	MaxWait      time.Duration
	MaxDuration  time.Duration      // 0: none
	MaxErrors    dispatch.Threshold // zero: none
	Limit        int64              // rows sent at most; 0: all
	Verify       run.Verify         // what is read back afterwards
	Grace        time.Duration
	Fresh        bool          // never take up an unfinished run
	ResumeWithin time.Duration // age up to which an unfinished run is taken up
	LockWait     time.Duration // how long to wait for another run; 0: not at all
	Keep         int           // runs whose folders stay, at least 1

	Serve Serve

	origins map[string]origin // by setting.name; a setting that nobody touched is absent
}

// An Entry is one effective setting, as reports and the config command show it.
type Entry struct {
	Key    string // "send.rate"
	Value  string // as a configuration file has it, without quotes
	Origin string // "default", "config.yaml:12", "STATUSSYNC_RATE", "--rate"
}

// Entries lists all settings that have a configuration key, in the table's order. Columns is one entry, a mapping.
func (s *Settings) Entries() []Entry {
	var list []Entry
	for i := range table {
		st := &table[i]
		if st.key == "" {
			continue
		}
		list = append(list, Entry{st.key, st.bind(s).String(), s.origins[st.name()].String()})
	}
	return list
}

// Given reports whether a flag, the environment or the file set the key.
func (s *Settings) Given(key string) bool { return s.origins[key].layer > byDefault }
