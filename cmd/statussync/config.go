package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// configCommand prints what is in effect, as a configuration file.
func configCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the effective settings and where each comes from",
		Long: `Print the effective settings, as a configuration file, each with where it comes from.

It takes all flags that run takes. Secrets are masked. The output can be used as a
configuration file.`,
		Example: "  statussync config\n  statussync config --config config.yaml --cloud usgov",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			_, err = io.WriteString(std.out, s.yaml())
			return err
		},
	}
	addSettings(cmd, reading, deciding, sparing, saving, target, rehearsing, signing, asking, sending,
		pruning, keeping, showing, following, watching)
	return cmd
}

// yaml renders the settings as a configuration file, each key with its origin as a comment.
func (s *Settings) yaml() string {
	var b strings.Builder
	if s.Config != "" {
		fmt.Fprintf(&b, "# from %s (%s)\n", printable(s.Config), s.origins["config"])
	}
	section := ""
	for _, e := range s.Entries() {
		head, name, _ := strings.Cut(e.Key, ".")
		if head != section {
			fmt.Fprintf(&b, "%s:\n", head)
			section = head
			if head == "auth" && s.Token.Reveal() != "" {
				fmt.Fprintf(&b, "  # token: %s (%s)\n", s.Token, s.origins[tokenVariable])
			}
		}
		fmt.Fprintf(&b, "  %-32s # %s\n", name+": "+e.yaml(), e.Origin)
	}
	return b.String()
}

// yaml returns the value as a file spells it; a mapping is one already.
func (e *Entry) yaml() string {
	if e.Key == "input.columns" {
		return e.Value
	}
	return yamlText(e.Value)
}

// plainYAML is text that YAML reads as itself without quotes.
var plainYAML = regexp.MustCompile(`^-?[A-Za-z0-9/.][A-Za-z0-9_/.:%@{}+-]*$`)

// yamlText returns text as a YAML value: plain where that is safe, in double quotes otherwise.
func yamlText(text string) string {
	if plainYAML.MatchString(text) && text != "null" && text[len(text)-1] != ':' {
		return text
	}
	return strconv.Quote(text)
}
