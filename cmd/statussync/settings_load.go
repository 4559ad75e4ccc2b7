package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// A layer is one of the places that settings come from; a higher one beats a lower one.
type layer uint8

const (
	byDefault layer = iota
	byFile
	byEnvironment
	byFlag
)

// An origin says where a value comes from.
type origin struct {
	layer layer
	place string // "config.yaml:12", "STATUSSYNC_RATE", "--rate"
}

func (o origin) String() string {
	if o.place == "" {
		return "default"
	}
	return o.place
}

// loadSettings lays the layers over each other: defaults, configuration file, environment, the flags of cmd.
// env is os.LookupEnv or a test's; an empty variable counts as absent. Every error is a *usageError.
func loadSettings(cmd *cobra.Command, env func(string) (string, bool)) (*Settings, error) {
	s := defaults()
	flags := func(st *setting) (string, origin, bool) {
		f := cmd.Flags().Lookup(st.flag)
		if st.flag == "" || f == nil || !f.Changed {
			return "", origin{}, false
		}
		return f.Value.String(), origin{byFlag, "--" + st.flag}, true
	}
	variables := func(st *setting) (string, origin, bool) {
		if st.variable() == "" {
			return "", origin{}, false
		}
		text, ok := env(st.variable())
		return text, origin{byEnvironment, st.variable()}, ok && text != ""
	}
	for _, lay := range []func() error{
		func() error { return s.layOne(find("config"), variables) }, // the file that the next step reads
		func() error { return s.layOne(find("config"), flags) },
		func() error { return s.layFile() },
		func() error { return s.layAll(variables) },
		func() error { return s.layAll(flags) },
		func() error { return s.settle() },
	} {
		if err := lay(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func defaults() *Settings {
	s := &Settings{origins: map[string]origin{}}
	for i := range table {
		if st := &table[i]; st.def != "" {
			if err := st.bind(s).Set(st.def); err != nil {
				panic(fmt.Sprintf("the default of %s %v", st.name(), err))
			}
		}
	}
	return s
}

// find returns the line of the table with that name, or nil.
func find(name string) *setting {
	for i := range table {
		if table[i].name() == name {
			return &table[i]
		}
	}
	return nil
}

// A source looks a setting up in one layer.
type source func(*setting) (text string, from origin, ok bool)

func (s *Settings) layAll(look source) error {
	for i := range table {
		if err := s.layOne(&table[i], look); err != nil {
			return err
		}
	}
	return nil
}

func (s *Settings) layOne(st *setting, look source) error {
	text, from, ok := look(st)
	if !ok {
		return nil
	}
	if err := st.bind(s).Set(text); err != nil {
		return refused(from.place, text, err)
	}
	s.origins[st.name()] = from
	return nil
}
