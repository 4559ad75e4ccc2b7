package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version returns the module's version as the build recorded it, "devel" for a build from a work tree.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

type versionDoc struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func versionCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  statussync version\n  statussync version -o json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			if err := s.takes("version", "table", "json"); err != nil {
				return err
			}
			v := versionDoc{"statussync.version/1", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if s.Output == "json" {
				return printJSON(std.out, v)
			}
			_, err = fmt.Fprintf(std.out, "statussync %s %s %s/%s\n", v.Version, v.Go, v.OS, v.Arch)
			return err
		},
	}
	addSettings(cmd, showing)
	return cmd
}
