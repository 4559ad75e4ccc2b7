package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// writePermission is what an application needs to set install statuses.
const writePermission = "DeviceManagementApps.ReadWrite.All"

// nobodysApp is an app that no tenant has: asking for its statuses tells whether the route is served, and reads nothing.
const nobodysApp = "00000000-0000-4000-8000-000000000000"

// maxSkew is how far the clock may be off: Entra ID allows five minutes.
const maxSkew = 5 * time.Minute

func doctorCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [flags] [APP]",
		Short: "Check configuration, sign-in, permission, clock and route, with one read and no write",
		Long: `Check what a run needs, with one read and no write: the configuration, the token and what it says of itself, the
permission, whether Graph can be reached, this machine's clock, and whether the route is served. APP is the GUID of an app
to ask for; without it, one that no tenant has. Each line says ok, or what is wrong and what to do.`,
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
			if len(args) > 1 || !row.IsGUID(app) {
				return &usageError{"doctor takes the GUID of one app at most", "name the app by its mobileAppId"}
			}
			d := doctor{settings: s, app: app}
			d.examine(cmd.Context())
			d.print(std.out)
			if d.exit != run.ExitOK {
				return exited(d.exit)
			}
			return nil
		},
	}
	addSettings(cmd, target, signing)
	return cmd
}

// A doctor gathers findings; the first that is wrong gives the exit status.
type doctor struct {
	settings *Settings
	app      string
	findings []finding
	exit     int
}

// A finding is one line, with a hint where something is wrong.
type finding struct {
	name, text, hint string
	exit             int // ExitOK: it is well
}

func (d *doctor) find(f finding) {
	d.findings = append(d.findings, f)
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

// examine makes one check after the other; without a token there is nothing to ask Graph with.
func (d *doctor) examine(ctx context.Context) {
	s := d.settings
	from := "no configuration file"
	if s.Config != "" {
		from = s.Config
	}
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
	d.well("configuration", fmt.Sprintf("%s; %s, signing in by %s", from, s.BaseURL, cmp.Or(source.Picked(), source.Method())))
	if w := source.Warning(); w != "" {
		d.well("note", w) // a run goes on as well
	}
	token, err := source.Token(ctx, "", "")
	if err != nil {
		d.ill("sign-in", run.ExitSignIn, err)
		return
	}
	d.token(signin.Describe(token), time.Now())
	client, err := graph.New(graph.Config{BaseURL: s.BaseURL, Path: s.Path, Tokens: source, RootCAs: roots})
	if err != nil {
		d.ill("configuration", run.ExitUsage, err)
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	began := time.Now()
	answer, clock, err := client.Inspect(ctx, d.app)
	d.reach(answer, err, time.Since(began))
	d.clock(clock, time.Now())
	d.route(answer, err)
}

// token tells what the token says of itself. Graph alone decides, so what it does not say is not wrong.
func (d *doctor) token(c signin.Claims, now time.Time) {
	if c.Tenant == "" {
		d.well("sign-in", "a token that says nothing of itself")
		return
	}
	text := "tenant " + c.Tenant + ", app " + cmp.Or(c.AppName, c.App)
	switch left := c.Expires.Sub(now).Round(time.Second); {
	case c.Expires.IsZero():
		d.well("sign-in", text)
	case left <= 0:
		d.find(finding{"sign-in", text + ", but the token ended " + brief(-left) + " ago",
			"get a new token, and see that this machine's clock is right", run.ExitSignIn})
	default:
		d.well("sign-in", text+", for another "+brief(left))
	}
	granted := slices.Concat(c.Roles, c.Scopes)
	if slices.Contains(granted, writePermission) {
		d.well("permission", writePermission)
		return
	}
	has := "none at all"
	if len(granted) > 0 {
		has = strings.Join(granted, ", ")
	}
	d.find(finding{"permission", "the token has " + has, "grant the app " + writePermission +
		" with an administrator's consent; the tenant needs an Intune licence too", run.ExitSignIn})
}

// reach tells whether Graph has answered.
func (d *doctor) reach(a row.Answer, err error, took time.Duration) {
	switch {
	case a.HTTPStatus == 0 && err != nil:
		exit := run.ExitUnfinished
		if refused, ok := err.(*graph.Error); ok && refused.Fatal() {
			exit = run.ExitUsage
		}
		d.ill("reach", exit, err)
	case a.HTTPStatus >= 500 || a.HTTPStatus == http.StatusTooManyRequests:
		d.find(finding{"reach", err.Error(), "try again later", run.ExitUnfinished})
	default:
		d.well("reach", fmt.Sprintf("answered %d in %s", a.HTTPStatus, took.Round(time.Millisecond)))
	}
}

func (d *doctor) clock(theirs, ours time.Time) {
	if theirs.IsZero() {
		return
	}
	skew := ours.Sub(theirs).Round(time.Second)
	if skew.Abs() > maxSkew {
		d.find(finding{"clock", "this machine is " + brief(skew.Abs()) + " off Graph's clock",
			"set the clock: tokens are refused when it is more than five minutes off", run.ExitSignIn})
		return
	}
	d.well("clock", "within "+brief(max(skew.Abs(), time.Second))+" of Graph's")
}

// route tells what the answer to the read means. 404 in Graph's own form says that the app is not there, and so that the
// route is.
func (d *doctor) route(a row.Answer, err error) {
	switch {
	case a.HTTPStatus == 0 || a.HTTPStatus >= 500 && a.HTTPStatus != http.StatusNotImplemented:
	case err == nil:
		d.well("route", "served")
	case a.HTTPStatus == http.StatusNotFound && a.Code != "":
		d.well("route", "served; the app "+d.app+" is not there")
	case a.HTTPStatus == http.StatusUnauthorized:
		d.find(finding{"sign-in", err.Error(), "Graph refuses the token: check auth.tenant, auth.scope and graph.cloud, " +
			"and that the application still exists", run.ExitSignIn})
	case a.HTTPStatus == http.StatusForbidden:
		d.ill("permission", run.ExitSignIn, err)
	case a.HTTPStatus == http.StatusTooManyRequests:
	default:
		d.find(finding{"route", err.Error(), "this Graph does not serve the route: see the README, section " +
			`"When every row is answered 400"`, run.ExitStopped})
	}
}

func (d *doctor) print(w io.Writer) {
	for _, f := range d.findings {
		state := "ok"
		if f.exit != run.ExitOK {
			state = "wrong"
		}
		fmt.Fprintf(w, "%-6s %-14s %s\n", state, f.name, printable(f.text))
		if f.hint != "" {
			fmt.Fprintf(w, "%-6s %-14s hint: %s\n", "", "", printable(f.hint))
		}
	}
}
