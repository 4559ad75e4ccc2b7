package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A usageError is a mistake in how the program was called or configured; it leaves with exit status 2.
// Both texts are safe for a terminal: whatever came from outside is quoted in them.
type usageError struct {
	text string // what is wrong; for a configuration file a second and third line show the place
	hint string // what to do about it, or ""
}

func (e *usageError) Error() string { return e.text }

// Hint says what to do about the mistake; it may be empty.
func (e *usageError) Hint() string { return e.hint }

// ExitStatus returns 2.
func (e *usageError) ExitStatus() int { return 2 }

// flagError words what cobra found wrong with the flags of cmd. It belongs into the root's SetFlagErrorFunc.
func flagError(cmd *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(cmd, unknown)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		name := "--" + bare.GetFlag().Name
		return &usageError{name + " needs a value", "write " + name + " " + bare.GetFlag().Value.Type()}
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return refused("--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	}
	if syntax, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return &usageError{text: fmt.Sprintf("%s is not a flag", quote(syntax.GetSpecifiedFlag()))}
	}
	return err
}

// refused words the error of a value's Set: what was set, to which text, and what Set says against it.
func refused(what, text string, err error) *usageError {
	if bare, ok := errors.AsType[*bareError](err); ok {
		return &usageError{what + " " + bare.text, bare.hint}
	}
	return &usageError{text: fmt.Sprintf("%s is %s, but %v", what, quote(text), err)}
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	dashes, name := "--", err.GetSpecifiedName()
	if group := err.GetSpecifiedShortnames(); group != "" { // -rate comes as r in the group rate
		dashes, name = "-", group
	}
	hint := fmt.Sprintf("%s --help lists them", cmd.CommandPath())
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if name == "token" {
		hint = "a token is never given on the command line, where others can read it: set STATUSSYNC_TOKEN or --token-file"
	} else if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean --%s?", near)
	}
	return &usageError{fmt.Sprintf("%s has no flag %s", cmd.CommandPath(), quote(dashes+name)), hint}
}

// knownCommand is the Args of the root command: what is left there names no command.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("%s --help lists the commands", root.CommandPath())
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	if near := nearest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean %s %s?", root.CommandPath(), near)
	}
	return &usageError{fmt.Sprintf("%s has no command %s", root.CommandPath(), quote(args[0])), hint}
}

// noArguments is the Args of a command that takes flags alone.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{text: fmt.Sprintf("%s takes no arguments, but there is %s", cmd.CommandPath(), quote(args[0]))}
}

// quote returns text in quotes, escaped for a terminal and cut after 60 characters.
func quote(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// usageOf makes a usage error of an error that came from a value that the user gave.
func usageOf(err error) error {
	u := &usageError{text: err.Error()}
	if h, ok := err.(interface{ Hint() string }); ok {
		u.hint = h.Hint()
	}
	return u
}
