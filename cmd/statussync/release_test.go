package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// releaseTime is when the commit was made that is released here.
var releaseTime = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// TestRelease builds the release of one commit twice, in two places and surroundings, and compares every byte. The
// script needs GNU tar.
func TestRelease(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the script needs GNU tar")
	}
	first := release(t, filepath.Join(t.TempDir(), "one"), "umask 022", "TZ=UTC")
	second := release(t, filepath.Join(t.TempDir(), "at", "another", "place"), "umask 077", "TZ=Asia/Tokyo",
		"GOFLAGS=-buildvcs=false -ldflags=-X=main.none=none", "GOAMD64=v3", "LC_ALL=C.UTF-8")
	platform := runtime.GOOS + "_" + runtime.GOARCH
	name := "statussync_v1.2.3_" + platform + ".tar.gz"
	archive, err := os.ReadFile(filepath.Join(first, name))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%x  %s\n", sha256.Sum256(archive), name)
	for _, dir := range []string{first, second} {
		sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
		if err != nil || string(sums) != want {
			t.Errorf("the sums are %q, %v, want %q", sums, err, want)
		}
	}
	if again, err := os.ReadFile(filepath.Join(second, name)); err != nil || string(again) != string(archive) {
		t.Errorf("two builds of one commit differ, %v", err)
	}
	folder := strings.TrimSuffix(name, ".tar.gz")
	checkArchive(t, filepath.Join(first, name), folder)
	run := `tar -xzf "$1" && "./$2/statussync" version`
	unpack := exec.Command("bash", "-c", run, "-", filepath.Join(first, name), folder)
	unpack.Dir = t.TempDir()
	if out, err := unpack.CombinedOutput(); err != nil || !strings.Contains(string(out), "v1.2.3") {
		t.Errorf("the program says that it is %s, %v", out, err)
	}
}

// release commits and tags what stands in the work tree in a new repository at dir, releases it for this machine's
// platform, and returns the folder of the release.
func release(t *testing.T, dir, umask string, env ...string) string {
	t.Helper()
	for _, part := range []string{"cmd", "input", "reports", "sync"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".ci"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum", "LICENSE", "README.md", "config.example.yaml", ".ci/release"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "dist")
	script := umask + ` && git init -q && git add -A && git commit -qm release && git tag v1.2.3 &&
		bash .ci/release "$1" "$2"`
	cmd := exec.Command("bash", "-c", script, "-", out, runtime.GOOS+"/"+runtime.GOARCH)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@contoso.example", "GIT_AUTHOR_DATE="+releaseTime.Format(time.RFC3339),
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@contoso.example",
		"GIT_COMMITTER_DATE="+releaseTime.Format(time.RFC3339))
	cmd.Env = append(cmd.Env, env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// checkArchive holds what is in the archive against what belongs there.
func checkArchive(t *testing.T, archive, folder string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]int64{
		"": 0o755, "LICENSE": 0o644, "README.md": 0o644, "config.example.yaml": 0o644, "statussync": 0o755,
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(h.Name, folder+"/")
		mode, known := modes[name]
		delete(modes, name)
		if !known || h.Mode != mode || h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" || !h.ModTime.Equal(releaseTime) {
			t.Errorf("this does not belong into the archive: %+v", h)
		}
	}
	if len(modes) > 0 {
		t.Errorf("the archive lacks %v", modes)
	}
}
