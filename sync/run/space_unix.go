//go:build unix

package run

import "golang.org/x/sys/unix"

// freeBytes returns what an ordinary process may still write to the volume of dir.
func freeBytes(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
