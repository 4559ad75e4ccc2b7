package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// TestKustomize lets kubectl put together what a user would, and looks at where the pod's rows come from. Where there
// is no kubectl, the other tests have to do.
func TestKustomize(t *testing.T) {
	t.Parallel()
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		return
	}
	for _, test := range []struct {
		resource, component, kind string
		held                      func(*corev1.PodSpec, *corev1.Volume) bool
	}{
		{"base", "", "CronJob", generatedInput},
		{"job", "", "Job", generatedInput},
		{"base", "input-volume", "CronJob", func(_ *corev1.PodSpec, v *corev1.Volume) bool {
			return v.PersistentVolumeClaim != nil && v.ConfigMap == nil
		}},
		{"base", "input-init", "CronJob", func(pod *corev1.PodSpec, v *corev1.Volume) bool {
			return len(pod.InitContainers) == 1 && v.EmptyDir != nil && v.ConfigMap == nil
		}},
	} {
		kinds, pod := kustomized(t, kubectl, test.resource, test.component)
		if want := "ServiceAccount ConfigMap ConfigMap PersistentVolumeClaim " + test.kind; strings.Join(kinds, " ") != want {
			t.Errorf("%s %s: %q", test.resource, test.component, kinds)
		}
		var input *corev1.Volume
		for i := range pod.Volumes {
			if pod.Volumes[i].Name == "input" {
				input = &pod.Volumes[i]
			}
		}
		if input == nil || len(pod.Containers) != 1 || !test.held(pod, input) {
			t.Errorf("%s %s: the rows come from %+v", test.resource, test.component, input)
		}
	}
}

// generatedInput reports whether the rows are in a ConfigMap that is named after its content.
func generatedInput(_ *corev1.PodSpec, v *corev1.Volume) bool {
	return v.ConfigMap != nil && strings.HasPrefix(v.ConfigMap.Name, "statussync-input-")
}

// kustomized returns the kinds of what comes out, and the pod that is among them.
func kustomized(t *testing.T, kubectl, resource, component string) (kinds []string, pod *corev1.PodSpec) {
	t.Helper()
	dir := t.TempDir()
	here, err := filepath.Abs(manifestsDir)
	if err == nil {
		here, err = filepath.Rel(dir, here) // kustomize takes no absolute path
	}
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("resources: [%s/%s]\n", here, resource)
	if component != "" {
		text += fmt.Sprintf("components: [%s/%s]\n", here, component)
	}
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(kubectl, "kustomize", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pod = new(corev1.PodSpec)
	for _, document := range strings.Split(string(out), "\n---\n") {
		var meta metav1.TypeMeta
		var cron batchv1.CronJob
		var job batchv1.Job
		err := yaml.Unmarshal([]byte(document), &meta)
		switch meta.Kind {
		case "CronJob":
			err = yaml.UnmarshalStrict([]byte(document), &cron)
			*pod = cron.Spec.JobTemplate.Spec.Template.Spec
		case "Job":
			err = yaml.UnmarshalStrict([]byte(document), &job)
			*pod = job.Spec.Template.Spec
		}
		if err != nil {
			t.Errorf("%v in\n%s", err, document)
		}
		kinds = append(kinds, meta.Kind)
	}
	return kinds, pod
}
