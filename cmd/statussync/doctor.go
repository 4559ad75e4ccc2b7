package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// nobodysApp is an app that no tenant has: asking for its statuses tells whether the route is served, and reads none.
const nobodysApp = "00000000-0000-4000-8000-000000000000"

func doctorCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [flags] [APP]",
		Short: "Check configuration, sign-in, permission, clock and route, with one read and no write",
		Long: `Check what a run needs, with one read and no write: the configuration, the token and what it says of itself,
the permission, whether Graph can be reached, this machine's clock, and whether the route is served. APP is the GUID of
an app to ask for; without it, one that no tenant has. Each line says ok, or what is wrong and what to do.`,
		Example: `  statussync doctor --config config.yaml
  statussync doctor 3b1f7c52-8a44-4f0e-9d1b-5c2f6a7b8c9d`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := loadSettings(cmd, os.LookupEnv)
			if err != nil {
				return err
			}
			app := nobodysApp
			if len(args) > 0 {
				app = args[0]
			}
			switch {
			case len(args) > 1 || !row.IsGUID(app):
				return &usageError{"doctor takes the GUID of one app at most", "name the app by its mobileAppId"}
			case s.Simulate:
				return &usageError{s.origins["graph.simulate"].String() + " leaves nothing to check: a rehearsal signs in nowhere",
					"leave it out, or serve a simulator with sign-in: statussync simulate --login FOLDER"}
			}
			d := doctor{settings: s, app: app, out: std.out}
			d.examine(cmd.Context())
			if cmd.Context().Err() != nil {
				return context.Cause(cmd.Context())
			}
			if d.exit != run.ExitOK {
				return exited(d.exit)
			}
			return nil
		},
	}
	addSettings(cmd, target, signing)
	return cmd
}

// A doctor prints what it finds; the first that is wrong gives the exit status.
type doctor struct {
	settings *Settings
	app      string
	out      io.Writer
	exit     int
}

// A finding is one line, and what to do in a second one. It is ok where it has neither a hint nor an exit status; a
// hint alone is about what is wrong although a run goes on.
type finding struct {
	name, text, hint string
	exit             int
}

func (d *doctor) find(f finding) {
	state := "ok"
	if f.exit != run.ExitOK || f.hint != "" {
		state = "wrong"
	}
	fmt.Fprintf(d.out, "%-6s %-14s %s\n", state, f.name, printable(f.text))
	if f.hint != "" {
		fmt.Fprintf(d.out, "%-6s %-14s hint: %s\n", "", "", printable(f.hint))
	}
	d.exit = cmp.Or(d.exit, f.exit)
}

func (d *doctor) well(name, text string) { d.find(finding{name: name, text: text}) }

// ill notes an error, with its own hint.
func (d *doctor) ill(name string, exit int, err error) {
	f := finding{name: name, text: err.Error(), exit: exit}
	if h, ok := err.(interface{ Hint() string }); ok {
		f.hint = h.Hint()
	}
	d.find(f)
}

// examine makes one check after the other; without a token there is nothing to ask Graph with. It ends with ctx.
func (d *doctor) examine(ctx context.Context) {
	s := d.settings
	roots, err := s.roots()
	if err != nil {
		d.ill("configuration", run.ExitUsage, err)
		return
	}
	source, err := s.signIn(roots)
	if err != nil {
		d.ill("configuration", run.ExitUsage, err)
		return
	}
	d.well("configuration", fmt.Sprintf("%s; %s, signing in by %s", cmp.Or(s.Config, "no configuration file"),
		s.BaseURL, cmp.Or(source.Picked(), source.Method())))
	if w := source.Warning(); w != "" {
		d.find(finding{name: "file mode", text: w, hint: "give it mode 0600, or 0640 for a group"})
	}
	token, err := source.Token(ctx, "", "")
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		err = signInFailure(source, err)
		d.ill("sign-in", exitStatus(err), err)
		return
	}
	d.token(signin.Describe(token), time.Now())
	d.ask(ctx, source, roots)
}

// ask makes the one read, which tells of more than the token.
func (d *doctor) ask(ctx context.Context, tokens graph.TokenSource, roots *x509.CertPool) {
	s := d.settings
	client, err := graph.New(graph.Config{BaseURL: s.BaseURL, Path: s.Path, Tokens: tokens, RootCAs: roots,
		UserAgent: "statussync/" + version()})
	if err != nil {
		d.ill("configuration", run.ExitUsage, err)
		return
	}
	defer client.Close()
	within, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	began := time.Now()
	answer, clock, err := client.Inspect(within, d.app)
	if ctx.Err() != nil {
		return
	}
	d.reach(answer, err, time.Since(began))
	d.clock(clock, time.Now())
	d.route(answer, err)
}
