package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// scriptApp is the application that signs in with the canary as its secret.
const scriptApp = "7d1c2b3a-0000-4000-8000-0000000000aa"

// A certificate's file as it is used in Windows, with its password.
const (
	scriptFile     = "../../sync/graph/signin/testdata/sha1.p12"
	scriptPassword = "hunter2hunter2"
)

// cluster is an issuer that the application trusts.
var cluster = simulator.Federation{Issuer: "https://cluster.example/", Subject: "system:serviceaccount:jobs:statussync"}

// assertion is what the cluster says of a pod.
var assertion = cluster.Assertion(time.Hour)

// signable lets the simulator of a script be signed in to: the folder sim has the configuration.
func signable(ts *testscript.TestScript, c *simulator.Config, lifetime string) {
	d, err := time.ParseDuration(lifetime)
	ts.Check(err)
	file, err := os.ReadFile(scriptFile)
	ts.Check(err)
	certificates, _, err := azidentity.ParseCertificates(file, []byte(scriptPassword))
	ts.Check(err)
	c.Login = &simulator.Login{Lifetime: d, Identity: canary, Apps: []simulator.App{{
		ID: scriptApp, Secrets: []string{canary}, Certificates: certificates, Federations: []simulator.Federation{cluster},
	}}}
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
	p12, err := os.ReadFile(scriptFile)
	ts.Check(err)
	for name, content := range map[string]string{
		"wrong-secret": "canary-of-yesterday\n", "assertion": assertion, "identity.p12": string(p12),
		"az": "#!/bin/sh\necho '{\"accessToken\":\"canary-of-az-9d27\",\"expires_on\":4102444800}'\n",
	} {
		ts.Check(os.WriteFile(filepath.Join(folder, name), []byte(content), 0o700))
	}
	ts.Setenv("URL", s.URL()+"/beta")
	ts.Setenv("IDENTITY", s.IdentityURL())
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
	secrets := append(simOf(ts).IssuedTokens(), canary, "canary-of-yesterday", "canary-of-az", scriptPassword, assertion)
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

// everything runs commands that sign in or write, with sim/config.yaml and as much to say as they have, and searches
// what they print and write for secrets: "everything 0" expects each of them to leave so. "! everything 0" leaves out
// what differs little.
func everything(ts *testscript.TestScript, neg bool, args []string) {
	rows := ts.ReadFile("held.csv")
	ts.Check(os.WriteFile(ts.MkAbs("changed.csv"), []byte(strings.ReplaceAll(rows, ",1,0", ",2,0")), 0o600))
	commands := []string{
		"doctor", "run --fresh --rate 0 --compare remote --verify all --log-level debug --metrics-file m.prom changed.csv",
		"run --fresh --rate 0 --log-level debug held.csv",
	}
	if !neg {
		commands = append(commands, "config", "plan --save held.csv", "plan --compare remote -o json changed.csv",
			"verify held.csv", "verify --output json held.csv", "report --output json")
	}
	for _, command := range commands {
		expect(ts, args[0], ts.Exec("statussync", strings.Fields(command+" --config sim/config.yaml")...))
		untold(ts, false, nil)
	}
}
