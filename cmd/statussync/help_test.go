package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelp asks every command for help: it begins with an example of that command, and ends with the exit statuses.
func TestHelp(t *testing.T) {
	t.Parallel()
	var visit func(cmd *cobra.Command, path []string)
	visit = func(cmd *cobra.Command, path []string) {
		var out bytes.Buffer
		if status := execute(append(path, "--help"), streams{strings.NewReader(""), &out, io.Discard}); status != 0 {
			t.Errorf("%q: exit status %d", path, status)
		}
		text := out.String()
		if want := "Examples:\n  statussync " + strings.Join(path, " "); !strings.HasPrefix(text, want) {
			t.Errorf("%q begins with %.60q, want %q", path, text, want)
		}
		if !strings.HasSuffix(text, "  143  stopped by SIGTERM: drained, state saved\n") {
			t.Errorf("%q does not end with the exit statuses", path)
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth {
				t.Errorf("%q has a line of %d characters: %s", path, n, line)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(text, "--"+f.Name) {
				t.Errorf("%q does not show --%s", path, f.Name)
			}
		})
		for _, c := range cmd.Commands() {
			visit(c, append(path[:len(path):len(path)], c.Name()))
		}
	}
	root := rootCommand(streams{strings.NewReader(""), io.Discard, io.Discard})
	visit(root, nil)
}
