package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/statussync/statussync/sync/graph/signin"
	"github.com/statussync/statussync/sync/row"
	"github.com/statussync/statussync/sync/run"
)

// writePermission is what an application needs to set install statuses.
const writePermission = "DeviceManagementApps.ReadWrite.All"

// graphApp is the application that Microsoft Graph is in every tenant; some tokens for it name it so.
const graphApp = "00000003-0000-0000-c000-000000000000"

// token tells what the token says of itself. Graph alone decides, so what it does not say is not wrong.
func (d *doctor) token(c signin.Claims, now time.Time) {
	var said []string
	if c.Tenant != "" {
		said = append(said, "tenant "+c.Tenant)
	}
	if app := cmp.Or(c.AppName, c.App); app != "" {
		said = append(said, "app "+app)
	}
	granted := slices.Concat(c.Roles, c.Scopes)
	if len(said)+len(granted) == 0 && c.Expires.IsZero() {
		d.well("sign-in", "a token that says nothing of itself")
		return
	}
	d.lifetime(said, c, now)
	d.purpose(c)
	d.permission(granted)
}

// lifetime tells whose the token is, and whether it lives.
func (d *doctor) lifetime(said []string, c signin.Claims, now time.Time) {
	left, ahead := c.Expires.Sub(now).Round(time.Second), c.NotBefore.Sub(now).Round(time.Second)
	f := finding{name: "sign-in"}
	switch {
	case c.Expires.IsZero():
	case left <= 0:
		said = append(said, "but the token ended "+brief(-left)+" ago")
		f.hint, f.exit = "get a new token, and see that this machine's clock is right", run.ExitSignIn
	case ahead > maxSkew:
		said = append(said, "but the token is not valid for another "+brief(ahead))
		f.hint, f.exit = "see that this machine's clock is right", run.ExitSignIn
	default:
		said = append(said, "for another "+brief(left))
	}
	f.text = strings.Join(said, ", ")
	d.find(f)
}

// purpose tells when the token is for another tenant, or another service, than the settings say.
func (d *doctor) purpose(c signin.Claims) {
	if err := d.settings.checkTenant(c.Tenant); err != nil {
		d.ill("tenant", run.ExitUsage, err)
	}
	want := d.settings.audience()
	if want == "" || c.Audience == "" || strings.EqualFold(strings.TrimRight(c.Audience, "/"), want) ||
		row.IsGUID(c.Audience) && (c.Audience == graphApp || d.settings.Scope != "") {
		return
	}
	d.find(finding{"audience", fmt.Sprintf("the token is for %q, and not for %s", c.Audience, want),
		"get a token for the scope " + want + "/.default; graph.cloud and auth.scope say which", run.ExitSignIn})
}

// audience returns the service that a token has to be for, or "" where only that service knows.
func (s *Settings) audience() string {
	const whole = "/.default"
	if s.Scope != "" {
		return strings.TrimRight(strings.TrimSuffix(s.Scope, whole), "/")
	}
	for _, c := range signin.Clouds {
		if root := strings.TrimSuffix(c.Scope, whole); strings.HasPrefix(s.BaseURL, root+"/") {
			return root
		}
	}
	return ""
}

func (d *doctor) permission(granted []string) {
	has := cmp.Or(strings.Join(granted, ", "), "none at all")
	if slices.Contains(granted, writePermission) {
		d.well("permission", has)
		return
	}
	d.find(finding{"permission", "the token has " + has, "grant the app " + writePermission +
		" with an administrator's consent; the tenant needs an Intune licence too", run.ExitSignIn})
}
