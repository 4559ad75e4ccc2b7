package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// scriptApp is the application that signs in with the canary as its secret.
const scriptApp = "7d1c2b3a-0000-4000-8000-0000000000aa"

// signable lets the simulator of a script be signed in to: the folder sim has the configuration.
func signable(ts *testscript.TestScript, c *simulator.Config, lifetime string) {
	d, err := time.ParseDuration(lifetime)
	ts.Check(err)
	c.Login = &simulator.Login{Apps: []simulator.App{{ID: scriptApp, Secrets: []string{canary}}}, Lifetime: d}
}

// startSignable serves the simulator over TLS with its sign-in service.
func startSignable(ts *testscript.TestScript, s *sim) {
	ts.Check(s.StartLogin(""))
	ts.Check(s.StartTLS(""))
	ts.Defer(func() { s.Close() })
	folder := ts.MkAbs("sim")
	ts.Check(writeLogin(s.Server, folder, scriptApp, canary))
	config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(folder, "wrong.yaml"),
		bytes.Replace(config, []byte("client-secret\""), []byte("wrong-secret\""), 1), 0o600))
	ts.Check(os.WriteFile(filepath.Join(folder, "wrong-secret"), []byte("canary-of-yesterday\n"), 0o600))
	ts.Setenv("URL", s.URL()+"/beta")
}

// challenge is "challenge" for a continuous access evaluation, "challenge revoke" for a plain revocation.
func challenge(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) > 0 && args[0] == "revoke" {
		simOf(ts).Revoke()
		return
	}
	simOf(ts).Challenge()
}

// untold fails when a secret, or a token that the simulator has issued, stands in any file below the script's folder
// but for its sim folder, or in what the last commands printed.
func untold(ts *testscript.TestScript, _ bool, _ []string) {
	secrets := append(simOf(ts).IssuedTokens(), canary, "canary-of-yesterday")
	check := func(where, text string) {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				ts.Fatalf("%s holds a secret", where)
			}
		}
	}
	check("standard output", ts.ReadFile("stdout"))
	check("standard error", ts.ReadFile("stderr"))
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "sim" {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			check(path, string(text))
		}
		return nil
	}))
}
