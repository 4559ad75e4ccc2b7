package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/statussync/statussync/sync/journal"
)

// keptFiles are what a plan that is kept has beside its copy of the input: what decides the ids, and the way back.
var keptFiles = []string{inputDir + "/" + idsFile, beforeFile}

// keptSums returns the SHA-256 of those of keptFiles that a run's folder has.
func keptSums(folder string) (map[string]string, error) {
	sums := make(map[string]string)
	for _, name := range keptFiles {
		sum, err := sumOf(filepath.Join(folder, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		default:
			sums[name] = sum
		}
	}
	return sums, nil
}

// altered names a file of a run that is not what it was when the run was planned, and says what has become of it; "" if
// there is none.
func altered(folder string, r journal.Run) (string, error) {
	was := map[string]string{}
	for _, in := range r.Inputs {
		was[inputDir+"/"+in.File] = in.SHA256
	}
	var settings recorded
	if err := json.Unmarshal([]byte(r.Settings), &settings); err != nil {
		return "", err
	}
	maps.Copy(was, settings.Kept)
	for _, name := range slices.Sorted(maps.Keys(was)) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		sum, err := sumOf(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Sprintf("its file %q is gone", path), nil
		case err != nil:
			return "", books(err)
		case sum != was[name]:
			return fmt.Sprintf("its file %q is another one than was planned", path), nil
		}
	}
	return "", nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}
