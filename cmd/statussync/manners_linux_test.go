package main

import (
	"strings"
	"testing"
)

// TestManners runs at a terminal and elsewhere, and looks for the bar, for colours, and for log entries in place of the
// bar.
func TestManners(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off                 bool // no terminal
		env, flags          string
		bar, color, entries bool
	}{
		"terminal":       {bar: true, color: true},
		"no terminal":    {off: true, entries: true},
		"no color":       {env: "NO_COLOR=1", bar: true},
		"dumb":           {env: "TERM=dumb", entries: true},
		"dumb, bar":      {env: "TERM=dumb", flags: "--progress=bar", bar: true},
		"never":          {flags: "--color=never", bar: true},
		"always":         {off: true, flags: "--color=always", color: true, entries: true},
		"always, none":   {env: "NO_COLOR=1", flags: "--color=always --progress=none", color: true},
		"plain":          {flags: "--progress=plain", color: true, entries: true},
		"bar nowhere":    {off: true, flags: "--progress=bar", entries: true},
		"quiet":          {flags: "--quiet"},
		"json entries":   {flags: "--log-format=json", color: true, entries: true},
		"empty no color": {env: "NO_COLOR=", bar: true, color: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProcess(t, map[string]string{"users.csv": users(6)}, "STATUSSYNC_TOKEN="+canary, "TERM=xterm", test.env)
			args := append(strings.Fields("run --rate=10/1s --stats=100ms --base-url="+slow(t)+" users.csv"),
				strings.Fields(test.flags)...)
			var status int
			var text string
			if test.off {
				var stderr string
				status, text, stderr = p.run(args...)
				text += stderr
			} else {
				var shown *pseudo
				status, shown = p.onTerminal(100, func(*pseudo) {}, args...)
				text = shown.shown.String()
			}
			bar, color := strings.Contains(text, "\x1b[J"), strings.Contains(text, "\x1b[32m")
			entries := strings.Contains(text, "sending") && strings.Contains(text, `"perSecond"`)
			if status != 0 || bar != test.bar || color != test.color || entries != test.entries {
				t.Errorf("status %d, a bar: %t, colours: %t, log entries: %t\n%q", status, bar, color, entries, text)
			}
			if plain := !test.bar && !test.color; plain && strings.Contains(text, "\x1b") {
				t.Errorf("an escape sequence in %q", text)
			}
		})
	}
}
