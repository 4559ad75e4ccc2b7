package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// addSettings gives cmd the flags of the groups; those of common are persistent.
func addSettings(cmd *cobra.Command, groups ...group) {
	cmd.Flags().SortFlags, cmd.PersistentFlags().SortFlags = false, false
	for i := range table {
		st := &table[i]
		if st.flag == "" || !slices.Contains(groups, st.group) {
			continue
		}
		flags := cmd.Flags()
		if st.group == common {
			flags = cmd.PersistentFlags()
		}
		f := flags.VarPF(&flagText{st, st.def}, st.flag, st.short, st.help)
		if st.unit == "" {
			f.NoOptDefVal = "true"
		}
		if st.words != nil {
			fixed := cobra.FixedCompletions(slices.DeleteFunc(slices.Clone(st.words), func(w string) bool { return w == "" }),
				cobra.ShellCompDirectiveNoFileComp)
			_ = cmd.RegisterFlagCompletionFunc(st.flag, fixed) // fails for a flag that does not exist
		}
	}
}

// flagText is a flag's text. It is checked when it is read, and takes effect when all layers are laid.
type flagText struct {
	st   *setting
	text string
}

func (f *flagText) Set(text string) error {
	f.text = text
	return f.st.bind(new(Settings)).Set(text)
}

func (f *flagText) String() string { return f.text }

// Type is what stands for the value in the help; pflag shows none for "bool".
func (f *flagText) Type() string {
	if f.st.unit == "" {
		return "bool"
	}
	return f.st.unit
}
