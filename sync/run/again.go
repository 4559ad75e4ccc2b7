package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
)

// Report renders a run of the folder dir again, from its journal and its copy of the input. An empty id is the newest
// run. It returns when the files are complete.
func Report(ctx context.Context, dir, id, version string, summarize func(Summary)) error {
	return interrupted(ctx, report(ctx, dir, id, version, summarize))
}

func report(ctx context.Context, dir, id, version string, summarize func(Summary)) error {
	return locked(ctx, dir, 0, func(_ *os.Root, j *journal.Journal) error {
		return rendered(ctx, j, dir, id, version, summarize)
	})
}

func rendered(ctx context.Context, j *journal.Journal, dir, id, version string, summarize func(Summary)) error {
	found, newest, err := find(ctx, j, dir, id)
	if err != nil {
		return err
	}
	r, err := newRenderer(j, found, filepath.Join(dir, found.ID))
	if err != nil {
		return err
	}
	if err := r.load(ctx, version); err != nil {
		return books(err)
	}
	if err := r.rows(ctx, nil); err != nil {
		return books(err)
	}
	if err := r.json(); err != nil {
		return books(err)
	}
	if newest {
		if _, err := reports.Latest(dir, found.ID); err != nil {
			return books(err)
		}
	}
	summarize(Summary{Run: &r.report, Groups: r.groups})
	return nil
}

// find returns the run with the id, or the newest that has a report, and whether it is the newest.
func find(ctx context.Context, j *journal.Journal, dir, id string) (found journal.Run, newest bool, err error) {
	runs, err := j.Runs(ctx)
	if err != nil {
		return found, false, books(err)
	}
	newest = true
	for _, r := range runs {
		if _, err := os.Stat(filepath.Join(dir, r.ID)); len(r.Inputs) == 0 || errors.Is(err, fs.ErrNotExist) {
			continue // dropped before it sent anything
		}
		if r.State == journal.StateSaved {
			if r.ID == id {
				return found, false, unstarted(id)
			}
			continue
		}
		if r.ID == id || id == "" {
			return r, newest, nil
		}
		newest = false
	}
	return found, false, noRun(id)
}

func noRun(id string) error {
	text := "there is no run to report on"
	if id != "" {
		text = fmt.Sprintf("there is no run %q with a report", id)
	}
	return &Failure{Exit: ExitUsage, Text: text, Do: "see statussync runs"}
}

func unstarted(id string) error {
	return &Failure{Exit: ExitUsage, Text: "run " + id + " is a plan that was kept: there is nothing to report yet",
		Do: "send it: statussync run --run " + id}
}
