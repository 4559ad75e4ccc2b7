package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/statussync/statussync/input"
	"github.com/statussync/statussync/sync/graph/simulator"
	"github.com/statussync/statussync/sync/row"
)

// startServing starts the simulator that the settings describe.
func startServing(s *Serve) (*simulator.Server, error) {
	cfg := s.config()
	secret, app := uuid.NewString(), uuid.NewString()
	if s.Login != "" {
		cfg.Login = &simulator.Login{
			Apps: []simulator.App{{ID: app, Secrets: []string{secret}}}, Lifetime: s.TokenLifetime,
		}
	}
	server := simulator.New(cfg)
	if err := s.hold(server); err != nil {
		return nil, err
	}
	start := server.Start
	if s.Login != "" {
		start = server.StartTLS
		if err := server.StartLogin(""); err != nil {
			return nil, usageOf(err)
		}
	}
	if err := start(s.Address); err != nil {
		return nil, errors.Join(usageOf(err), server.Close())
	}
	if s.Login != "" {
		if err := writeLogin(server, s.Login, app, secret); err != nil {
			return nil, errors.Join(err, server.Close())
		}
	}
	return server, nil
}

// hold puts the statuses of a file into the simulator.
func (s *Serve) hold(server *simulator.Server) error {
	if s.Hold == "" {
		return nil
	}
	r, err := input.Open(input.Source{Name: s.Hold, Path: s.Hold}, input.Options{})
	if err != nil {
		return usageOf(err)
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return usageOf(err)
		case len(rec.Problems) > 0:
			p := rec.Problems[0]
			return &usageError{text: printable(fmt.Sprintf("%s:%d:%d: %s", s.Hold, p.Line, p.Column, p.Text))}
		}
		server.Put(rec.AppID, simulator.Status{
			ID: rec.ID, UserName: rec.UserName, UserPrincipalName: rec.UserPrincipalName,
			InstalledDeviceCount: rec.Installed, FailedDeviceCount: rec.Failed, NotInstalledDeviceCount: rec.NotInstalled,
			NoUserName: rec.Null&row.NullUserName != 0, NoUserPrincipalName: rec.Null&row.NullUserPrincipalName != 0,
		})
	}
}

// writeLogin writes what a client needs to sign in: the authority's certificate, the secret, and a configuration file
// with all of it.
func writeLogin(server *simulator.Server, folder, app, secret string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return &usageError{text: printable(err.Error())}
	}
	path := func(name string) string { return filepath.Join(folder, name) }
	config := fmt.Sprintf(`graph:
  base_url: %s/beta
  ca_file: %q
auth:
  method: client-secret
  tenant: %s
  client_id: %s
  client_secret_file: %q
  authority: %s
  scope: %s/.default
`, server.URL(), path("ca.pem"), simulator.DefaultTenant, app, path("client-secret"), server.LoginURL(),
		simulator.DefaultResource)
	for name, content := range map[string][]byte{
		"ca.pem": server.AuthorityPEM(), "client-secret": []byte(secret + "\n"), "config.yaml": []byte(config),
	} {
		if err := os.WriteFile(path(name), content, 0o600); err != nil {
			return &usageError{text: printable(err.Error())}
		}
	}
	return nil
}
