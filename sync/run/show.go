package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/statussync/statussync/sync/journal"
)

// Show tells how a run in the folder dir went, from the journal alone: nothing is written or locked. An empty id is the
// newest run.
func Show(ctx context.Context, dir, id, version string, tell func(Summary) error) error {
	return interrupted(ctx, show(ctx, dir, id, version, tell))
}

func show(ctx context.Context, dir, id, version string, tell func(Summary) error) error {
	j, err := journal.OpenReadOnly(ctx, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return noRun(id)
	}
	if err != nil {
		return books(err)
	}
	defer j.Close()
	found, _, err := find(ctx, j, dir, id)
	if err != nil {
		return err
	}
	folder := filepath.Join(dir, found.ID)
	r, err := newRenderer(j, found, folder)
	if err != nil {
		return err
	}
	if err := r.load(ctx, version); err != nil {
		return books(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return books(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			r.report.Files = append(r.report.Files, e.Name())
		}
	}
	return tell(Summary{Run: &r.report, Groups: r.groups})
}
