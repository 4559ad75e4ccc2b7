package journal

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// children are what this binary does when a test starts it as another process.
var children = map[string]func(dir string) error{
	"hold":   holdChild,
	"record": recordChild,
	"open":   openChild,
	"narrow": narrowChild,
}

const childVariable = "STATUSSYNC_JOURNAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childVariable)]; child != nil {
		if err := child(os.Args[1]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// startChild returns the command that does what children has under name, in dir.
func childCommand(t *testing.T, name, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	ok(t, err)
	c := exec.CommandContext(t.Context(), self, dir)
	c.Env = append(os.Environ(), childVariable+"="+name)
	c.Stderr = os.Stderr
	return c
}
