package main

import "github.com/spf13/cobra"

// shells says how each shell learns to complete: in every new session, and in this one.
var shells = map[string]string{
	"bash": "  statussync completion bash > /etc/bash_completion.d/statussync\n" +
		"  source <(statussync completion bash)",
	"zsh": "  statussync completion zsh > \"${fpath[1]}/_statussync\"\n" +
		"  source <(statussync completion zsh)",
	"fish": "  statussync completion fish > ~/.config/fish/completions/statussync.fish\n" +
		"  statussync completion fish | source",
	"powershell": "  statussync completion powershell >> $PROFILE\n" +
		"  statussync completion powershell | Out-String | Invoke-Expression",
}

// adoptTopics makes the commands that cobra brings begin their help with examples, and refuse a word that they do not
// know; by themselves they show help.
func adoptTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Example = "  statussync help run\n  statussync help runs prune"
			c.Args = func(_ *cobra.Command, topic []string) error {
				found, rest, _ := root.Find(topic)
				return knownCommand(found, rest)
			}
		case "completion":
			adoptCompletion(c)
		}
	}
}

func adoptCompletion(c *cobra.Command) {
	c.Short = "Let a shell complete commands, flags, settings and the ids of runs"
	c.Long = "Print what lets a shell complete commands, flags, settings and the ids of runs."
	c.Example = shells["bash"] + "\n  statussync completion zsh --help"
	c.Args, c.RunE = knownCommand, func(c *cobra.Command, _ []string) error { return c.Help() }
	for _, shell := range c.Commands() {
		shell.Short = "Print what lets " + shell.Name() + " complete"
		shell.Long = "Print what lets " + shell.Name() + " complete commands, flags, settings and the ids of runs. The " +
			"first example is for every new session, the second for this one."
		shell.Example = shells[shell.Name()]
	}
}
