package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// schemas are the JSON Schemas of all that is printed or written as JSON, one file each.
//
//go:embed schemas/*.json
var schemas embed.FS

func schemaNames() (names []string) {
	entries, err := schemas.ReadDir("schemas")
	if err != nil {
		panic(err) // it is part of the program
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

func schemaCommand(std streams) *cobra.Command {
	names := schemaNames()
	return &cobra.Command{
		Use:   "schema NAME",
		Short: "Print the JSON Schema of a report, a plan or another document",
		Long: "Print the JSON Schema (draft 2020-12) of what is printed or written as JSON. NAME is " + list(names) + `. A
document names its form in the member schema; a form that would break a careful reader gets the next number, and members
may be added without.`,
		Example:   "  statussync schema report",
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{"schema takes one name", "it is " + list(names)}
			}
			text, err := schemas.ReadFile("schemas/" + args[0] + ".json")
			if err != nil {
				hint := "it is " + list(names)
				if near := nearest(args[0], names); near != "" {
					hint = fmt.Sprintf("did you mean %s?", near)
				}
				return &usageError{"there is no schema " + quote(args[0]), hint}
			}
			_, err = std.out.Write(text)
			return err
		},
	}
}
