package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// isRoot is the condition [root]: mounting needs it.
func isRoot(condition string) (bool, error) {
	if condition != "root" {
		return false, errors.New("unknown condition " + condition)
	}
	return os.Getuid() == 0, nil
}

// mountSmall makes a folder of a limited size: "tmpfs small 4m".
func mountSmall(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(dir, 0o700))
	mount := exec.Command("mount", "-t", "tmpfs", "-o", "size="+args[1], "statussync-test", dir)
	if out, err := mount.CombinedOutput(); err != nil {
		ts.Fatalf("mount: %v: %s", err, out)
	}
	ts.Defer(func() { exec.Command("umount", "-l", dir).Run() })
}

// fillUp writes a file until its volume has no room left.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for zeros := make([]byte, 1<<16); ; {
		if _, err := f.Write(zeros); errors.Is(err, syscall.ENOSPC) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
