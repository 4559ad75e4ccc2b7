package run

import (
	"os"

	"github.com/statussync/statussync/reports"
)

// newSpool makes a temporary file in dir. Where the system lets an open file do without a name it has none, so that
// nothing of it is left however the process ends.
func newSpool(dir, name string) (*os.File, error) {
	f, err := os.CreateTemp(dir, reports.TempPrefix+name)
	if err != nil {
		return nil, spooled(err)
	}
	os.Remove(f.Name())
	return f, nil
}

// closeSpool ends the use of a file of newSpool.
func closeSpool(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
