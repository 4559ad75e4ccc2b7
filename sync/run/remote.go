package run

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
)

// list takes in what Graph holds of the apps, those of several at the same time.
func (c *comparison) list(ctx context.Context, apps []string) error {
	m := &meter{phase: Listing, all: int64(len(apps)), dispatch: c.dispatch}
	defer c.watch(m)()
	g, each := errgroup.WithContext(ctx)
	g.SetLimit(max(c.atOnce, 1))
	for _, app := range apps {
		g.Go(safely(func() error { return c.listApp(each, app, m) }))
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if len(apps) > 0 && !slices.ContainsFunc(apps, c.held.AppKnown) {
		if err := c.served(ctx); err != nil {
			return err
		}
	}
	return spooled(c.held.Seal())
}

// served asks whether this Graph serves lists at all, after it has answered 404 to all of them: the one of an app that
// it names itself. Where it has none, it is the apps that are unknown.
func (c *comparison) served(ctx context.Context) error {
	var app string
	answer, err := c.read(ctx, func(ctx context.Context) (a row.Answer, err error) {
		app, a, err = c.client.AnyApp(ctx)
		return a, err
	})
	asked := "the collection of all apps"
	if err == nil && app != "" {
		asked = "the app " + app + ", which it has,"
		_, answer, err = c.page(ctx, app, "")
	}
	switch answer.HTTPStatus {
	case http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed:
		return notListed("every app of the input was answered 404, and "+asked, answer)
	}
	if err != nil {
		return unlisted("that it names itself", false, err)
	}
	return nil
}

// page reads one page of the list of an app.
func (c *comparison) page(ctx context.Context, app, next string) (p graph.Page, a row.Answer, err error) {
	a, err = c.read(ctx, func(ctx context.Context) (a row.Answer, err error) {
		p, a, err = c.client.List(ctx, app, next)
		return a, err
	})
	return p, a, err
}

// read makes one read with its tries, all of which count, and returns the last answer.
func (c *comparison) read(
	ctx context.Context, call func(context.Context) (row.Answer, error),
) (answer row.Answer, err error) {
	err = c.dispatch.Read(ctx, func(ctx context.Context) (_ row.Answer, err error) {
		c.requests.Add(1)
		answer, err = call(ctx)
		return answer, err
	})
	return answer, err
}

// maxPages is how many pages the list of one app may have: more than any tenant has users.
const maxPages = 100_000

// listApp takes in the statuses of one app, page by page.
func (c *comparison) listApp(ctx context.Context, app string, m *meter) error {
	defer m.done.Add(1)
	pages := 0
	for next, first := "", true; first || next != ""; first = false {
		page, answer, err := c.page(ctx, app, next)
		switch {
		case err != nil && first && answer.HTTPStatus == http.StatusNotFound:
			c.held.App(app, false)
			return nil
		case err != nil:
			return unlisted(app, first, err)
		}
		m.pages.Add(1)
		if err := c.held.Add(page.Statuses); err != nil {
			return spooled(err)
		}
		if pages++; page.Next == next && next != "" || pages > maxPages {
			return &Failure{Exit: ExitStopped, Text: "the list of the app " + app + " has no end"}
		}
		next = page.Next
	}
	c.held.App(app, true)
	return nil
}

// unlisted says why a run ends that cannot learn what Graph holds of an app. Nothing has been sent by then.
func unlisted(app string, first bool, err error) error {
	var refused *graph.Error
	text := "what Graph holds of the app " + app + " could not be read"
	switch {
	case !errors.As(err, &refused):
		if exit := stopStatus(err); exit != ExitUnexpected {
			return &Failure{Exit: exit, Text: text, Err: err}
		}
		return err
	case refused.Kind == graph.Forbidden:
		return &Failure{Exit: ExitSignIn, Text: "Graph refuses to say what it holds (403" + code(refused.Answer) + ")",
			Do: "grant the app DeviceManagementApps.ReadWrite.All with admin consent, " +
				"and see that the tenant has an Intune licence"}
	case refused.Kind == graph.Refused && first:
		return notListed("the app "+app, refused.Answer)
	case refused.Kind == graph.Unconfirmed:
		return &Failure{Exit: ExitStopped, Text: text, Err: err}
	case refused.Fatal():
		return &Failure{Exit: stopStatus(err), Err: err}
	}
	return &Failure{Exit: ExitUnfinished, Text: text, Err: err,
		Do: "give the same command again later"}
}

func notListed(asked string, a row.Answer) error {
	return &Failure{Exit: ExitStopped,
		Text: fmt.Sprintf("this Graph does not serve the list of an app: %s was answered %d%s",
			asked, a.HTTPStatus, code(a)),
		Do: "check --base-url, or leave --compare out to send every row; if the writes are refused as well, " +
			"see the README, section \"When every row is answered 400\""}
}

// spooled gives the error of the temporary file with what Graph holds its exit status.
func spooled(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Exit: ExitBooks, Err: err, Do: "make room or mend the disk, then give the same command again"}
}
