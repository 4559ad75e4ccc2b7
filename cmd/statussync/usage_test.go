package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args       []string
		text, hint string
	}{
		{[]string{"rum"}, `statussync has no command "rum"`, "did you mean statussync run?"},
		{[]string{"\x1bzzzzz"}, `statussync has no command "\x1bzzzzz"`, "statussync --help lists the commands"},
		{[]string{"run", "--concurency", "5"}, `statussync run has no flag "--concurency"`, "did you mean --concurrency?"},
		{[]string{"run", "--max_wait=5"}, `statussync run has no flag "--max_wait"`, "did you mean --max-wait?"},
		{[]string{"run", "--confg=5"}, `statussync run has no flag "--confg"`, "did you mean --config?"},
		{[]string{"run", "-rate", "5"}, `statussync run has no flag "-rate"`, "did you mean --rate?"},
		{[]string{"run", "--zzzzzzzz"}, `statussync run has no flag "--zzzzzzzz"`, "statussync run --help lists them"},
		{[]string{"run", "--token", "hunter2"}, `statussync run has no flag "--token"`,
			"a token is never given on the command line, where others can read it: set STATUSSYNC_TOKEN or --token-file"},
		{[]string{"run", "--token=hunter2"}, `statussync run has no flag "--token"`,
			"a token is never given on the command line, where others can read it: set STATUSSYNC_TOKEN or --token-file"},
		{[]string{"run", "--rate"}, "--rate needs a value", "write --rate n/duration"},
		{[]string{"run", "--=x"}, `"--=x" is not a flag`, ""},
	} {
		_, err := load(t, nil, tt.args...)
		wantUsage(t, err, tt.text, tt.hint)
	}
	config := &cobra.Command{Use: "config"}
	wantUsage(t, noArguments(config, []string{"a\nb"}), `config takes no arguments, but there is "a\nb"`, "")
	if err := noArguments(config, nil); err != nil {
		t.Error(err)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{"rate", "burst", "max-wait", "max-errors", "id"}
	for word, want := range map[string]string{
		"rate": "rate", "RATE": "rate", "raet": "rate", "rat": "rate", "rates": "rate",
		"maxwait": "max-wait", "max_wait": "max-wait", "max-error": "max-errors",
		"": "", "x": "", "zzzz": "", "ID": "id", "user": "",
	} {
		if got := nearest(word, candidates); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "xbc", 1},
		{"kitten", "sitting", 3},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestComplaintsAreEscaped prints what a hostile file name can bring into an error.
func TestComplaintsAreEscaped(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	complain(&out, &usageError{"open e\x1b[31mvil\u202e.csv: no\nnext line", "try \x07"})
	want := "statussync: open e\\u001b[31mvil\\u202e.csv: no\nnext line\n  hint: try \\u0007\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestTopics asks cobra's own commands for what is not there.
func TestTopics(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{
		"help": 0, "help run": 0, "help foo": 2, "help run foo": 2, "completion": 0, "completion bash": 0,
		"completion foo": 2,
	} {
		if got := execute(strings.Fields(args), streams{strings.NewReader(""), io.Discard, io.Discard}); got != want {
			t.Errorf("%s: exit status %d, want %d", args, got, want)
		}
	}
}
