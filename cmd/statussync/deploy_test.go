package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/run"
)

// manifestsDir is also where paths of manifests begin in this test.
const manifestsDir = root + "/deploy/kubernetes"

// A kustomization has what ours use of kustomize.
type kustomization struct {
	metav1.TypeMeta `json:",inline"`
	Resources       []string
	Patches         []struct {
		Path, Patch string
		Target      struct{ Kind, Name string }
	}
	ConfigMapGenerator []generator
}

type generator struct {
	Name  string
	Files []string
}

// manifests holds every file below deploy/kubernetes by its path: decoded, but what is no manifest as its bytes. A
// member that Kubernetes does not know fails the test, and so does a kind that is not listed here.
func manifests(t *testing.T) map[string]any {
	t.Helper()
	kinds := map[string]func() any{
		"kustomize.config.k8s.io/v1beta1 Kustomization": func() any { return new(kustomization) },
		"kustomize.config.k8s.io/v1alpha1 Component":    func() any { return new(kustomization) },
		"batch/v1 CronJob":         func() any { return new(batchv1.CronJob) },
		"batch/v1 Job":             func() any { return new(batchv1.Job) },
		"v1 ServiceAccount":        func() any { return new(corev1.ServiceAccount) },
		"v1 PersistentVolumeClaim": func() any { return new(corev1.PersistentVolumeClaim) },
	}
	all := make(map[string]any)
	dir := os.DirFS(manifestsDir)
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(dir, name)
		if all[name] = text; err != nil || path.Ext(name) != ".yaml" || path.Base(name) == "config.yaml" {
			return err
		}
		var meta metav1.TypeMeta
		if err := yaml.Unmarshal(text, &meta); err != nil {
			return err
		}
		kind := meta.APIVersion + " " + meta.Kind
		if kinds[kind] == nil || bytes.Contains(text, []byte("\n---")) {
			t.Fatalf("%s: %q is no kind that is known here, or there is more than one", name, kind)
		}
		all[name] = kinds[kind]()
		if err := yaml.UnmarshalStrict(text, all[name]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d manifests, %v", len(all), err)
	}
	return all
}

// manifest returns the one at that path.
func manifest[T any](t *testing.T, name string) T {
	t.Helper()
	m, ok := manifests(t)[name].(T)
	if !ok {
		t.Fatalf("%s is missing, or of another kind", name)
	}
	return m
}

// TestKustomizations finds what is named and missing, and what is there and not named.
func TestKustomizations(t *testing.T) {
	t.Parallel()
	all := manifests(t)
	named := make(map[string]bool)
	for name, m := range all {
		k, ok := m.(*kustomization)
		if !ok {
			continue
		}
		named[name] = true
		refs := slices.Clone(k.Resources)
		for _, p := range k.Patches {
			if refs = append(refs, p.Path); p.Path == "" {
				refs = refs[:len(refs)-1]
			}
		}
		for _, g := range k.ConfigMapGenerator {
			refs = append(refs, g.Files...)
		}
		for _, ref := range refs {
			ref = path.Join(path.Dir(name), ref)
			if named[ref] = true; all[ref] == nil && all[path.Join(ref, "kustomization.yaml")] == nil {
				t.Errorf("%s names %s, which is not there", name, ref)
			}
		}
	}
	for name := range all {
		if !named[name] {
			t.Errorf("no kustomization names %s", name)
		}
	}
}

// podSpecs returns the CronJob's pod and the one-off Job's.
func podSpecs(t *testing.T) (cron *batchv1.CronJob, job *batchv1.Job) {
	t.Helper()
	return manifest[*batchv1.CronJob](t, "base/cronjob.yaml"), manifest[*batchv1.Job](t, "job/job.yaml")
}

// TestOneOffJob holds the Job against the CronJob, from which it differs by its deadline alone.
func TestOneOffJob(t *testing.T) {
	t.Parallel()
	cron, job := podSpecs(t)
	nightly, once := cron.Spec.JobTemplate.Spec, job.Spec
	c := &nightly.Template.Spec.Containers[0]
	c.Args = slices.DeleteFunc(c.Args, func(a string) bool { return strings.HasPrefix(a, "--max-duration=") })
	nightly.ActiveDeadlineSeconds, once.TTLSecondsAfterFinished = nil, nil
	if diff := cmp.Diff(nightly, once); diff != "" {
		t.Errorf("-CronJob +Job\n%s", diff)
	}
}

// TestPodFailurePolicy holds the statuses that the manifests name against the table in the code: for each status with
// which run may leave, somebody has decided whether the same command may fare better.
func TestPodFailurePolicy(t *testing.T) {
	t.Parallel()
	again := map[int]bool{
		run.ExitUnexpected: true, run.ExitUsage: false, run.ExitRefused: false, run.ExitFailed: false,
		run.ExitUnfinished: true, run.ExitSignIn: false, run.ExitStopped: false, run.ExitLocked: true,
		run.ExitBooks: false, 129: true, 130: true, 143: true,
	}
	cron, _ := podSpecs(t)
	spec := cron.Spec.JobTemplate.Spec
	rules := spec.PodFailurePolicy.Rules
	if len(rules) != 2 || rules[0].OnExitCodes == nil || rules[1].OnExitCodes != nil ||
		rules[0].Action != batchv1.PodFailurePolicyActionFailJob ||
		rules[1].Action != batchv1.PodFailurePolicyActionIgnore ||
		*rules[0].OnExitCodes.ContainerName != spec.Template.Spec.Containers[0].Name {
		t.Fatalf("the rules are others than this test knows: %+v", rules)
	}
	words := make(map[int]string) // as the comments explain them
	for _, name := range []string{"base/cronjob.yaml", "job/job.yaml"} {
		text, err := os.ReadFile(filepath.Join(manifestsDir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b(\d+) ([a-z]+)[,.]`).FindAllStringSubmatch(string(text), -1) {
			status, _ := strconv.Atoi(m[1])
			if words[status] = m[2]; reports.ExitWord(status) != m[2] {
				t.Errorf("%s explains %d as %q, which is %q", name, status, m[2], reports.ExitWord(status))
			}
		}
	}
	for status := 1; status < 256; status++ {
		fails := slices.Contains(rules[0].OnExitCodes.Values, int32(status))
		known := status == run.ExitUnexpected || reports.ExitWord(status) != reports.ExitWord(run.ExitUnexpected)
		retried, decided := again[status]
		switch {
		case known && !decided && status != run.ExitWork: // with which run never leaves
			t.Errorf("nobody has decided whether another try helps after %d", status)
		case fails != (decided && !retried):
			t.Errorf("status %d fails the job: %v, another try may help: %v", status, fails, retried)
		case fails && words[status] == "":
			t.Errorf("no comment explains %d", status)
		}
	}
}

// TestPodFiles holds the files that the arguments name against the volumes in which they lie.
func TestPodFiles(t *testing.T) {
	t.Parallel()
	claim := manifest[*corev1.PersistentVolumeClaim](t, "base/volume.yaml")
	if modes := claim.Spec.AccessModes; len(modes) != 1 || modes[0] != corev1.ReadWriteOncePod {
		t.Errorf("the volume of the runs is open to %v", modes)
	}
	var generated []string
	for _, g := range manifest[*kustomization](t, "base/kustomization.yaml").ConfigMapGenerator {
		for _, f := range g.Files {
			generated = append(generated, g.Name+"/"+f)
		}
	}
	cron, job := podSpecs(t)
	for _, pod := range []corev1.PodSpec{cron.Spec.JobTemplate.Spec.Template.Spec, job.Spec.Template.Spec} {
		for _, arg := range pod.Containers[0].Args {
			file := arg[strings.Index(arg, "=")+1:]
			if !path.IsAbs(file) {
				continue
			}
			mount, v := volumeOf(t, &pod, path.Dir(file))
			switch {
			case strings.HasPrefix(arg, "--runs="):
				if mount.ReadOnly || v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != claim.Name {
					t.Errorf("%s is not kept: %+v", arg, v)
				}
			case !mount.ReadOnly || v.ConfigMap == nil ||
				!slices.Contains(generated, v.ConfigMap.Name+"/"+path.Base(file)):
				t.Errorf("%s is not generated, or can be written: %+v", arg, v)
			}
		}
	}
}

// volumeOf returns the volume that the first container has at dir.
func volumeOf(t *testing.T, pod *corev1.PodSpec, dir string) (corev1.VolumeMount, corev1.Volume) {
	t.Helper()
	mounts := pod.Containers[0].VolumeMounts
	m := slices.IndexFunc(mounts, func(m corev1.VolumeMount) bool { return m.MountPath == dir })
	if m < 0 {
		t.Fatalf("nothing is mounted at %s", dir)
	}
	v := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mounts[m].Name })
	if v < 0 {
		t.Fatalf("there is no volume %s", mounts[m].Name)
	}
	return mounts[m], pod.Volumes[v]
}

// TestPodRights holds what the pod may, and how long.
func TestPodRights(t *testing.T) {
	t.Parallel()
	cron, _ := podSpecs(t)
	spec := cron.Spec.JobTemplate.Spec
	pod, account := spec.Template.Spec, manifest[*corev1.ServiceAccount](t, "base/serviceaccount.yaml")
	c, rights := pod.Containers[0], pod.SecurityContext
	s, _ := settingsOf(t, filepath.Join(manifestsDir, "base/config.yaml"), c.Args)
	_, temp := volumeOf(t, &pod, "/tmp")
	longest := time.Duration(*spec.ActiveDeadlineSeconds) * time.Second
	grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
	for what, held := range map[string]bool{
		"one run at a time":    cron.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent,
		"no restart in place":  pod.RestartPolicy == corev1.RestartPolicyNever,
		"an ordinary user":     *rights.RunAsNonRoot && *rights.RunAsUser > 0 && *rights.FSGroup == *rights.RunAsUser,
		"filtered calls":       rights.SeccompProfile.Type == corev1.SeccompProfileTypeRuntimeDefault,
		"a root to read alone": *c.SecurityContext.ReadOnlyRootFilesystem,
		"a folder for plan":    temp.EmptyDir != nil,
		"no more rights":       !*c.SecurityContext.AllowPrivilegeEscalation,
		"no capability":        slices.Equal(c.SecurityContext.Capabilities.Drop, []corev1.Capability{"ALL"}),
		"bounded memory":       c.Resources.Limits.Memory().Value() > 64<<20,
		"workload identity": s.AuthMethod == signin.WorkloadIdentity && pod.ServiceAccountName == account.Name &&
			account.Annotations["azure.workload.identity/client-id"] != "" &&
			spec.Template.Labels["azure.workload.identity/use"] == "true",
		"an end before its deadline": s.MaxDuration > 0 && s.MaxDuration < longest,
		"time to drain and report":   s.Grace+20*time.Second < grace,
	} {
		if !held {
			t.Errorf("the pod lacks %s", what)
		}
	}
}

// settingsOf returns the settings that the program takes from its arguments, and the files that they name. The file
// config stands in for the one behind --config.
func settingsOf(t *testing.T, config string, args []string) (*Settings, []string) {
	t.Helper()
	cmd, flags, err := rootCommand(streams{}).Find(args)
	if err == nil {
		err = cmd.ParseFlags(flags)
	}
	if err == nil {
		err = cmd.Flags().Set("config", config)
	}
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	s, err := loadSettings(cmd, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return s, cmd.Flags().Args()
}
