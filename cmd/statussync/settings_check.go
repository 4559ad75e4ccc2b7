package main

import (
	"fmt"
	"time"

	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph/signin"
)

// rehearsalRate is the quota of the simulator inside: the real one, ten times as fast.
const rehearsalRate = "100/2s"

// settle brings settings together that belong together, and refuses those that contradict each other.
func (s *Settings) settle() error {
	for _, settle := range []func() error{
		s.settleCloud, s.settleTarget, s.settleRehearsal, s.settleBurst, s.settleSecrets,
	} {
		if err := settle(); err != nil {
			return err
		}
	}
	return nil
}

// settleTarget refuses a service root beside a rehearsal. A root from a layer below the rehearsal's own is no
// contradiction: so a rehearsal can use the configuration of the real run.
func (s *Settings) settleTarget() error {
	if !s.Simulate {
		return nil
	}
	root, rehearsal := s.origins["graph.base_url"], s.origins["graph.simulate"]
	if root.layer >= byEnvironment || root.layer == rehearsal.layer && s.BaseURL != find("graph.base_url").def {
		return &usageError{
			rehearsal.String() + " sends to a simulator inside, but " + root.String() + " names a service",
			"leave one of them out",
		}
	}
	if !s.Given("send.rate") {
		if err := find("send.rate").bind(s).Set(rehearsalRate); err != nil {
			return err
		}
		s.origins["send.rate"] = origin{byDefault, "default of " + rehearsal.String()}
	}
	return nil
}

// settleBurst refuses a burst that leaves nothing of the rate. The default makes room by itself.
func (s *Settings) settleBurst() error {
	rate := s.quota()
	most := rate.N - 1
	if most < 1 || s.Burst <= most {
		return nil
	}
	if from := s.origins["send.burst"]; from.layer > byDefault {
		return &usageError{
			fmt.Sprintf("%s is %d, which leaves nothing of the rate %s", from, s.Burst, rate),
			fmt.Sprintf("a burst is a part of the rate: here it can be %d at most", most),
		}
	}
	s.Burst = most
	return nil
}

// settleSecrets leaves one of a secret and the file that holds it: the one from the higher layer.
func (s *Settings) settleSecrets() error {
	for _, pair := range []struct {
		variable, key string
		secret        *signin.Secret
		file          *string
	}{
		{tokenVariable, "auth.token_file", &s.Token, &s.TokenFile},
		{secretVariable, "auth.client_secret_file", &s.ClientSecret, &s.ClientSecretFile},
	} {
		file := s.origins[pair.key]
		switch {
		case pair.secret.Reveal() == "" || *pair.file == "":
		case file.layer == byFlag:
			*pair.secret = signin.Secret{}
		case file.layer == byFile:
			*pair.file = ""
		default:
			return &usageError{pair.variable + " and " + file.String() + " are both set", "unset one of them"}
		}
	}
	return nil
}

// settleCloud gives the root of the cloud, unless one is named in the same layer or in a higher one, and notes what
// else the cloud gives.
func (s *Settings) settleCloud() error {
	cloud, _ := signin.CloudNamed(s.Cloud) // one of the names that the setting takes
	from := s.origins["graph.cloud"]
	if from.layer > s.origins["graph.base_url"].layer {
		s.BaseURL = cloud.Graph
		s.origins["graph.base_url"] = origin{byDefault, "default of " + from.String()}
	}
	for key, given := range map[string]string{"auth.authority": cloud.Authority, "auth.scope": cloud.Scope} {
		if !s.Given(key) {
			s.origins[key] = origin{byDefault, "of the cloud: " + given}
		}
	}
	return nil
}

// settleRehearsal refuses to compare with a simulator that holds nothing.
func (s *Settings) settleRehearsal() error {
	if !s.Simulate || s.Compare == "none" {
		return nil
	}
	return &usageError{
		s.origins["plan.compare"].String() + " compares with what Graph holds, and a rehearsal's simulator holds nothing",
		"leave it out, or serve a simulator that remembers: statussync simulate",
	}
}

// quota returns the share of the rate that is ours to use.
func (s *Settings) quota() dispatch.Rate {
	r := s.Rate
	if s.QuotaShare == 100 {
		return r
	}
	if n := r.N * s.QuotaShare / 100; n >= 10 {
		r.N = n
		return r
	}
	r.Per = r.Per * 100 / time.Duration(s.QuotaShare) // a part of a few requests is the same few in a longer time
	return r
}

// checkFiles refuses a call without input, and one with more input than a kept plan has: what is sent, and how it was
// decided, is settled in there.
func (s *Settings) checkFiles(files []string) error {
	switch {
	case len(files) == 0 && s.SavedRun == "":
		return &usageError{"no input was given", "name a file, or - for standard input"}
	case s.SavedRun == "":
		return nil
	case len(files) > 0:
		return &usageError{s.origins["plan.run"].String() + " sends a kept plan, and files are named too",
			"leave one of them out"}
	}
	for i := range table {
		st := &table[i]
		decides := st.group == reading || st.group == deciding || st.group == sparing || st.flag == "fresh"
		if from := s.origins[st.name()]; decides && from.layer == byFlag {
			return &usageError{from.String() + " has no say over a kept plan", "leave it out, or make a new plan with it"}
		}
	}
	return nil
}
