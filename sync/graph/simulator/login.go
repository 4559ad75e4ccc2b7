package simulator

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"
)

// Defaults of [Login], [App] and [Federation].
const (
	DefaultTenant   = "5a6b7c8d-0000-4000-8000-00000000000f"
	DefaultLifetime = time.Hour
	DefaultResource = "https://graph.microsoft.com"
	DefaultAudience = "api://AzureADTokenExchange"
)

// The permissions that the resource asks for: the first for everything, any of them for reading.
const (
	RoleWrite = "DeviceManagementApps.ReadWrite.All"
	RoleRead  = "DeviceManagementApps.Read.All"
)

// A Login is the sign-in service of the one tenant, as Microsoft Entra ID is one:
//
//	GET  /{tenant}/v2.0/.well-known/openid-configuration
//	POST /{tenant}/oauth2/v2.0/token           client credentials
//	GET  /identity/token                       managed identity in the form of App Service, on the Graph side
//
// Where a Config has one, the Graph side accepts the tokens that it issued and no others, and an application is one
// client of the quota, whatever token it shows.
type Login struct {
	Tenants  []string      // names of the tenant: its GUID, then its domains; default DefaultTenant
	Apps     []App         // that may sign in
	Lifetime time.Duration // of a token, in whole seconds; default 1 h
	Resource string        // that the Graph side is: it refuses tokens for another; default DefaultResource
	Identity string        // what X-IDENTITY-HEADER has to say; the identity is the first app; default: there is none
	Bare     bool          // whether a challenge's parameters stand without quotes, as some of Graph's do
	// Faults of the token endpoint: App is the client id, and of the Fault count Status, Code, Raw, Header, RetryAfter,
	// Wait, Reset and Delay. A token that a fault withholds was not issued.
	Rules []Rule
}

// An App is an application with what proves that somebody is it.
type App struct {
	ID           string // client id
	Secrets      []string
	Expired      []string // secrets that were good once
	Certificates []*x509.Certificate
	Federations  []Federation
	Roles        []string // that it was granted; nil: RoleWrite; without a fitting one the Graph side answers 403
}

// A Federation is another issuer's identity that an application trusts. The assertion's signature is not looked at.
type Federation struct {
	Issuer, Subject string
	Audience        string // default DefaultAudience
}

func (l Login) withDefaults() *Login {
	if len(l.Tenants) == 0 {
		l.Tenants = []string{DefaultTenant}
	}
	if l.Lifetime <= 0 {
		l.Lifetime = DefaultLifetime
	}
	if l.Resource == "" {
		l.Resource = DefaultResource
	}
	if len(l.Apps) == 0 {
		l.Identity = ""
	}
	l.Apps = slices.Clone(l.Apps)
	for i := range l.Apps {
		a := &l.Apps[i]
		if a.Roles == nil {
			a.Roles = []string{RoleWrite}
		}
		a.Federations = slices.Clone(a.Federations)
		for j := range a.Federations {
			if f := &a.Federations[j]; f.Audience == "" {
				f.Audience = DefaultAudience
			}
		}
	}
	return &l
}

// limits returns what Config.Check looks at.
func (l *Login) limits() []limit {
	uneven := l.Lifetime < 0 || l.Lifetime%time.Second != 0
	all := []limit{{"Login.Lifetime", l.Lifetime, uneven, "is no number of seconds"}}
	for i, a := range l.Apps {
		twice := slices.ContainsFunc(l.Apps[:i], func(b App) bool { return strings.EqualFold(a.ID, b.ID) })
		all = append(all, limit{"Login.Apps.ID", a.ID, a.ID == "" || twice, "is missing or there twice"})
	}
	if l.Identity != "" {
		all = append(all, limit{"Login.Identity", "…", len(l.Apps) == 0, "needs an app"})
	}
	return all
}

// app returns the application with a client id, which is compared without regard to case; nil: there is none.
func (l *Login) app(id string) *App {
	i := slices.IndexFunc(l.Apps, func(a App) bool { return strings.EqualFold(a.ID, id) })
	if i < 0 {
		return nil
	}
	return &l.Apps[i]
}

// may reports whether the roles of an application let it write, or read.
func (a *App) may(write bool) bool {
	return slices.Contains(a.Roles, RoleWrite) || !write && slices.Contains(a.Roles, RoleRead)
}
