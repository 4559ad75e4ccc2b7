// Package signin turns credentials into tokens.
//
// [New] makes the [Source] that a [Config] describes. Its Token method hands out a token that lives, asks for a new one
// before the old one ends, and is told when one has been refused. [NewFile] and [NewStatic] are the sources of a token
// that somebody else has got. A [Secret] keeps what must not be shown; what goes wrong is an [*Error]. [CloudNamed]
// says where the clouds of Microsoft are, [Describe] what a token says of itself.
package signin

import (
	"cmp"
	"crypto/x509"
	"os"
	"slices"
	"strings"
)

// A Config says how to sign in. The variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_AUTHORITY_HOST stand in for
// what is not set.
type Config struct {
	Method string // one of Methods; "" is Default
	Cloud  string // one of Clouds; "" is the first of them

	Tenant   string // GUID or domain; azure-cli has one of its own if "", managed-identity and token need none
	ClientID string // of the application; for managed-identity that of a user-assigned identity, "" is the system's

	SecretFile   string // holds the client secret, read at every token request; goes before Secret
	Secret       Secret // the client secret
	SecretOrigin string // where Secret comes from, for errors
	TokenFile    string // token: holds the token, goes before Token; workload-identity: the federated token
	Token        Secret
	TokenOrigin  string // where Token comes from, for errors

	CertificateFile     string // PEM or PKCS#12 with certificate and key, read at every token request
	CertificatePassword Secret // of a PKCS#12 file

	Authority string         // https address of the sign-in service; "" is that of the Cloud
	Scope     string         // "" is that of the Cloud
	RootCAs   *x509.CertPool // certificate authorities to trust; nil means those of the system

	Env func(string) (string, bool) // looks a variable up; nil is os.LookupEnv
}

// New returns the source that cfg describes. It looks at settings, variables and PATH alone: no file is read and nobody
// is asked before the first token. The error is an *Error.
func New(cfg Config) (*Source, error) {
	if cfg.Env == nil {
		cfg.Env = os.LookupEnv
	}
	picked := ""
	switch cfg.Method = cmp.Or(cfg.Method, Default); {
	case cfg.Method == Default:
		method, why, err := cfg.pick()
		if err != nil {
			return nil, err
		}
		cfg.Method, picked = method, method+", since "+why
	case !slices.Contains(Methods, cfg.Method):
		return nil, settingError("auth.method is %q, which is none of %s", cfg.Method, strings.Join(Methods, ", "))
	}
	s, err := cfg.source()
	if err != nil {
		return nil, err
	}
	s.method, s.picked = cfg.Method, picked
	return s, nil
}

func (cfg *Config) source() (*Source, error) {
	switch {
	case cfg.Method != Token:
		a, err := cfg.account()
		if err != nil {
			return nil, err
		}
		return newSource(a.watched(), a.ask), nil
	case cfg.TokenFile != "":
		return NewFile(cfg.TokenFile), nil
	}
	return NewStatic(cmp.Or(cfg.TokenOrigin, "the settings"), cfg.Token.Reveal()), nil
}

// env returns a variable, "" if it is not set.
func (cfg *Config) env(name string) string {
	text, _ := cfg.Env(name)
	return text
}
