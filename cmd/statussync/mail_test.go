package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/statussync/statussync/sync/graph/simulator"
)

// TestMail has cron run the real main: a success sends no mail, and the lines of one about a failure are short.
func TestMail(t *testing.T) {
	t.Parallel()
	serve := func(c simulator.Config) string {
		c.Quota.Unlimited = true
		server := httptest.NewServer(simulator.New(c))
		t.Cleanup(server.Close)
		return server.URL + "/beta"
	}
	well, removed := serve(simulator.Config{}), serve(simulator.Config{RouteRemoved: true})
	missing := serve(simulator.Config{Rules: []simulator.Rule{{At: 1, Times: 2, Fault: simulator.Fault{Status: 404}}}})
	words, word := strings.Repeat("a b ", 300), strings.Repeat("x", 300)
	p := newProcess(t, map[string]string{
		"users.csv": users(3),
		"bad.csv": headerLine +
			"3b1f7c52-8a44-4f0e-9d1b-6c2a5e7f1a01," + word + ",\"" + words + "\xff\",,5.0," + word + ",-1\n" +
			words + ",r1,,u1@contoso.example,1,0,0\n",
		"wrong.csv":   "name,colour," + word + "\na,red,b\n",
		"broken.yaml": "graph:\n  bas_url: https://graph.microsoft.com/beta?" + words + word + "\n",
	}, "STATUSSYNC_TOKEN="+canary)
	bare := *p
	bare.env = p.env[:2]
	for name, test := range map[string]struct {
		p      *process
		status int
		args   string
		said   string // part of what is printed
	}{
		"success":     {p, 0, "--base-url " + well + " users.csv", ""},
		"rehearsal":   {p, 0, "--simulate users.csv", ""},
		"invalid":     {p, 3, "--base-url " + well + " bad.csv", "bad.csv:2:"},
		"failed":      {p, 4, "--base-url " + missing + " --log-format console --concurrency 1 --grace 1s users.csv", "\\\n"},
		"route":       {p, 7, "--base-url " + removed + " users.csv", "README"},
		"no file":     {p, 3, "--base-url " + well + " users-" + word[:60] + ".csv", "there is no"},
		"wrong file":  {p, 3, "--base-url " + well + " wrong.csv", "wrong.csv"},
		"no token":    {&bare, 2, "users.csv", "token"},
		"unreachable": {p, 5, "--max-wait 1ms --base-url http://127.0.0.1:1/beta users.csv", "hint: "},
		"key":         {p, 2, "--config broken.yaml users.csv", "base_url"},
		"flag":        {p, 2, "--concurency 3 users.csv", "--concurrency"},
	} {
		args := "run --quiet --rate 0 --runs " + strings.ReplaceAll(name, " ", "-") + " " + test.args
		status, stdout, stderr := test.p.run(strings.Fields(args)...)
		mail := stdout + stderr
		if status != test.status || !strings.Contains(mail, test.said) || (mail == "") != (status == 0) {
			t.Errorf("%s: exit status %d, want %d with %q\n%s", name, status, test.status, test.said, mail)
		}
		for line := range strings.Lines(mail) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n >= 100 {
				t.Errorf("%s: a line of %d columns\n%s", name, n, line)
			}
		}
	}
}
