package main

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/statussync/statussync/reports"
	"github.com/statussync/statussync/sync/dispatch"
	"github.com/statussync/statussync/sync/graph"
	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// minimum is the least duration where none at all would mean nothing.
const minimum = time.Millisecond

// anyText takes every text without control characters.
func anyText(at *string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if strings.ContainsFunc(s, unicode.IsControl) {
			return "", errors.New("must not hold control characters")
		}
		return s, nil
	}, itself}
}

// someText is anyText that is not empty.
func someText(at *string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if s == "" {
			return "", errors.New("must not be empty")
		}
		return s, anyText(new(string)).Set(s)
	}, itself}
}

var tenantForm = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$`)

func guid(at *string) value {
	return matching(at, row.IsGUID, "must be a GUID, such as 0f5f9c3e-7d55-4a4e-9d0a-3a1f5b6c7d8e")
}

func tenant(at *string) value {
	return matching(at, tenantForm.MatchString, "must be a GUID or a domain, such as contoso.onmicrosoft.com")
}

// matching takes text of one form, and no text.
func matching(at *string, fits func(string) bool, must string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if s != "" && !fits(s) {
			return "", errors.New(must)
		}
		return s, nil
	}, itself}
}

func baseURL(at *string) value { return checked(at, graph.CheckBaseURL) }

func pathTemplate(at *string) value { return checked(at, graph.CheckPath) }

// metricsFile takes a name that node_exporter's textfile collector reads.
func metricsFile(at *string) value {
	return matching(at, func(s string) bool { return strings.HasSuffix(s, ".prom") && anyText(new(string)).Set(s) == nil },
		"must end in .prom, or node_exporter passes it over")
}

// gateway takes the address of a Pushgateway.
func gateway(at *string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		if u, err := url.Parse(s); err == nil && u.User != nil {
			return "", &bareError{"must hold no user and password", "let a proxy beside the gateway ask for them"}
		}
		if reports.CheckGateway(s) != nil {
			return "", &bareError{"must be the address of a Pushgateway", "write it as http://host:9091"}
		}
		return s, nil
	}, itself}
}

// checked takes what the room for Graph takes.
func checked(at *string, check func(string) error) value {
	return parsed[string]{at, func(s string) (string, error) {
		err := check(s)
		if setting, ok := errors.AsType[*graph.SettingError](err); ok {
			return "", &bareError{setting.Text, setting.HintText}
		}
		return s, err
	}, itself}
}

// secret takes a token; white space around it, such as the end of the line in a file that was read, is no part of it.
func secret(at *signin.Secret) value {
	return parsed[signin.Secret]{at, func(s string) (signin.Secret, error) {
		s = strings.TrimSpace(s)
		if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			return signin.Secret{}, &bareError{text: "must be one word of ASCII characters"}
		}
		return signin.NewSecret(s), nil
	}, signin.Secret.String}
}

// password takes any text: blanks and the letters of all languages are a part of it.
func password(at *signin.Secret) value {
	return parsed[signin.Secret]{at, func(s string) (signin.Secret, error) { return signin.NewSecret(s), nil },
		signin.Secret.String}
}

func rate(at *dispatch.Rate) value {
	return parsed[dispatch.Rate]{at, func(s string) (dispatch.Rate, error) {
		r, err := dispatch.ParseRate(s)
		if err != nil {
			return r, errors.New("must be a number of requests per duration, such as 100/20s, or 0 for no limit")
		}
		return r, nil
	}, dispatch.Rate.String}
}

// threshold takes no text as no threshold.
func threshold(at *dispatch.Threshold) value {
	return parsed[dispatch.Threshold]{at, func(s string) (dispatch.Threshold, error) {
		if s == "" {
			return dispatch.Threshold{}, nil
		}
		t, err := dispatch.ParseThreshold(s)
		if err != nil {
			return t, errors.New("must be a number of rows or a share of them, such as 10 or 5%")
		}
		return t, nil
	}, dispatch.Threshold.String}
}

// percent takes a share of 1% to 100%.
func percent(at *int) value {
	return parsed[int]{at, func(s string) (int, error) {
		n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
		if err != nil || !strings.HasSuffix(s, "%") || n < 1 || n > 100 {
			return 0, errors.New("must be a share from 1% to 100%")
		}
		return n, nil
	}, func(n int) string { return strconv.Itoa(n) + "%" }}
}

func verify(at *run.Verify) value {
	return parsed[run.Verify]{at, func(s string) (run.Verify, error) {
		v, err := run.ParseVerify(s)
		if err != nil {
			return v, errors.New("must be unknown, all, none, or a sample such as sample=2%")
		}
		return v, nil
	}, run.Verify.String}
}
