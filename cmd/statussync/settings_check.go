package main

import (
	"fmt"

	"github.com/statussync/statussync/sync/graph/signin"
)

// rehearsalRate is the quota of the simulator inside: the real one, ten times as fast.
const rehearsalRate = "100/2s"

// settle brings settings together that belong together, and refuses those that contradict each other.
func (s *Settings) settle() error {
	for _, settle := range []func() error{s.settleTarget, s.settleBurst, s.settleToken} {
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
			"Leave one of them out.",
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
	most := s.Rate.N - 1
	if most < 1 || s.Burst <= most {
		return nil
	}
	if from := s.origins["send.burst"]; from.layer > byDefault {
		return &usageError{
			fmt.Sprintf("%s is %d, which leaves nothing of the rate %s", from, s.Burst, s.Rate),
			fmt.Sprintf("A burst is a part of the rate: here it can be %d at most.", most),
		}
	}
	s.Burst = most
	return nil
}

// settleToken leaves one of token and token file: the one from the higher layer.
func (s *Settings) settleToken() error {
	file := s.origins["auth.token_file"]
	switch {
	case s.Token.Reveal() == "" || s.TokenFile == "":
	case file.layer == byFlag:
		s.Token = signin.Secret{}
	case file.layer == byFile:
		s.TokenFile = ""
	default:
		return &usageError{tokenVariable + " and " + file.String() + " are both set", "Unset one of them."}
	}
	return nil
}
