package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.uber.org/zap"

	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// maxCAFile is more than any bundle of certificate authorities has, in bytes.
const maxCAFile = 4 << 20

// roots returns the certificate authorities to trust: those of the system and of --ca-file; nil for the former alone.
func (s *Settings) roots() (*x509.CertPool, error) {
	if s.CAFile == "" {
		return nil, nil
	}
	from := s.origins["graph.ca_file"].String()
	text, err := readBounded(s.CAFile, maxCAFile)
	if err != nil {
		return nil, &usageError{from + " cannot be used: " + err.Error(), "name a PEM file with certificates"}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, &usageError{from + " is " + quote(s.CAFile) + ", which holds no certificate",
			"it must be PEM, with a block BEGIN CERTIFICATE for each authority"}
	}
	return pool, nil
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is larger than %s", quote(path), bytesText(most))
	}
	return text, err
}

// signIn returns the source of tokens that the settings describe. Nobody has been asked for one yet. Its error is a
// *usageError.
func (s *Settings) signIn(roots *x509.CertPool) (*signin.Source, error) {
	source, err := signin.New(signin.Config{
		Method: s.AuthMethod, Cloud: s.Cloud, Tenant: s.Tenant, ClientID: s.ClientID,
		SecretFile: s.ClientSecretFile, Secret: s.ClientSecret, SecretOrigin: secretVariable,
		TokenFile: s.TokenFile, Token: s.Token, TokenOrigin: tokenVariable,
		CertificateFile: s.CertificateFile, CertificatePassword: s.CertificatePassword,
		Authority: s.Authority, Scope: s.Scope, RootCAs: roots,
	})
	if err != nil {
		return nil, usageOf(err)
	}
	return source, nil
}

// tokens returns the source of tokens that the settings describe, and the tenant: the one in the settings, else the one
// that the token says it is for, which may be none. It is a *usageError when these are two GUIDs that differ.
func tokens(ctx context.Context, s *Settings, roots *x509.CertPool, log *zap.Logger) (*signin.Source, string, error) {
	source, err := s.signIn(roots)
	if err != nil {
		return nil, "", err
	}
	if w := source.Warning(); w != "" {
		log.Warn(w)
	}
	if picked := source.Picked(); picked != "" {
		log.Info("signing in", zap.String("by", picked))
	}
	if s.Tenant != "" && source.Method() != signin.Token {
		return source, s.Tenant, nil
	}
	token, err := source.Token(ctx, "", "")
	if ctx.Err() != nil {
		return nil, "", context.Cause(ctx)
	}
	if err != nil {
		return nil, "", signInFailure(source, err)
	}
	own := signin.Tenant(token)
	return source, cmp.Or(s.Tenant, own), s.checkTenant(own)
}

// checkTenant returns a *usageError when the tenant of a token and the one in the settings are two GUIDs that differ.
func (s *Settings) checkTenant(own string) error {
	if !row.IsGUID(s.Tenant) || !row.IsGUID(own) || strings.EqualFold(s.Tenant, own) {
		return nil
	}
	return &usageError{
		fmt.Sprintf("%s is %s, but the token is for the tenant %s", s.origins["auth.tenant"], s.Tenant, own),
		"give the token of that tenant, or leave the tenant out: the token says it",
	}
}

// signInFailure says how a run ends that has not got its first token: a token that others should have put somewhere is
// a matter of configuration, a refusal is one, and what passes may be tried again.
func signInFailure(source *signin.Source, err error) error {
	if source.Method() == signin.Token {
		return usageOf(err)
	}
	var passing interface{ Temporary() bool }
	if errors.As(err, &passing) && passing.Temporary() {
		return &run.Failure{Exit: run.ExitUnfinished, Err: err}
	}
	return &run.Failure{Exit: run.ExitSignIn, Err: err}
}
