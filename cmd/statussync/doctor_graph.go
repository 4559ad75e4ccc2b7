package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// maxSkew is how far the clock may be off: Entra ID allows five minutes.
const maxSkew = 5 * time.Minute

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

// clock compares two readings of one moment. Theirs is zero if Graph did not answer, or did not say.
func (d *doctor) clock(theirs, ours time.Time) {
	if theirs.IsZero() {
		return
	}
	skew, way := ours.Sub(theirs).Round(time.Second), "ahead of"
	if skew < 0 {
		skew, way = -skew, "behind"
	}
	if skew > maxSkew {
		d.find(finding{"clock", "this machine is " + brief(skew) + " " + way + " Graph's clock",
			"set the clock: tokens are refused when it is more than five minutes off", run.ExitSignIn})
		return
	}
	d.well("clock", "within "+brief(max(skew, time.Second))+" of Graph's")
}

// route tells what the answer to the read means. 404 in Graph's own form says that the app is not there, and so that
// the route is.
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
	case a.HTTPStatus/100 == 3:
		d.find(finding{"route", err.Error(), "give --base-url the address of Graph itself: a redirect is never followed",
			run.ExitUsage})
	default:
		d.find(finding{"route", err.Error(), "this Graph does not serve the route: see the README, section " +
			`"When every row is answered 400"`, run.ExitStopped})
	}
}
