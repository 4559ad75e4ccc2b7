package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/journal"
)

// locked works at the runs folder, which nobody else works in meanwhile, and which it has cleared of what killed
// processes left. It waits so long at most for another process to end.
func locked(ctx context.Context, dir string, wait time.Duration, do func(*os.Root, *journal.Journal) error) error {
	root, err := openDir(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	lock, err := journal.Acquire(ctx, dir, wait)
	if err != nil {
		return lockFailure(ctx, err)
	}
	defer lock.Release()
	j, err := journal.Open(ctx, dir)
	if err != nil {
		return interrupted(ctx, books(err))
	}
	defer j.Close()
	if err := sweep(ctx, root, j); err != nil {
		return interrupted(ctx, books(err))
	}
	return do(root, j)
}

// sweep removes what killed processes left: files and folders that are not complete, and runs that were never decided,
// with their copies of the input.
func sweep(ctx context.Context, root *os.Root, j *journal.Journal) error {
	runs, err := j.Runs(ctx)
	if err != nil {
		return err
	}
	folders := []string{"."}
	for _, r := range runs {
		if r.State != journal.StatePlanning {
			folders = append(folders, r.ID, filepath.Join(r.ID, inputDir))
			continue
		}
		if err := root.RemoveAll(r.ID); err != nil {
			return err
		}
		if err := j.Conclude(ctx, r.ID, journal.StateAbandoned, -1); err != nil {
			return err
		}
	}
	for _, folder := range folders {
		if err := sweepFolder(root, folder); err != nil {
			return err
		}
	}
	return nil
}

// sweepFolder removes what is not complete from one folder, if that is there.
func sweepFolder(root *os.Root, folder string) error {
	entries, err := fs.ReadDir(root.FS(), filepath.ToSlash(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) || strings.HasPrefix(e.Name(), reports.TempPrefix) {
			err = errors.Join(err, root.RemoveAll(filepath.Join(folder, e.Name())))
		}
	}
	return err
}
