package simulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// An assertion is a JSON Web Token by which somebody shows who he is.
type assertion struct {
	header struct {
		Algorithm string `json:"alg"`
		SHA1      string `json:"x5t"` // of the certificate
		SHA256    string `json:"x5t#S256"`
	}
	claims struct {
		Issuer    string    `json:"iss"`
		Subject   string    `json:"sub"`
		Audience  audiences `json:"aud"`
		Expires   float64   `json:"exp"` // seconds since 1970
		NotBefore float64   `json:"nbf"`
	}
	digest    [sha256.Size]byte // of what is signed
	signature []byte
}

// audiences are one text or several.
type audiences []string

func (a *audiences) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(a))
	}
	*a = make(audiences, 1)
	return json.Unmarshal(text, &(*a)[0])
}

func parseAssertion(text string) (*assertion, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, false
	}
	var a assertion
	for i, into := range []any{&a.header, &a.claims} {
		plain, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(plain, into) != nil {
			return nil, false
		}
	}
	var err error
	a.signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	a.digest = sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return &a, err == nil
}

// thumbprint returns the certificate's hash as Entra ID shows it, or "".
func (a *assertion) thumbprint() string {
	text := a.header.SHA256
	if text == "" {
		text = a.header.SHA1
	}
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "=")) // some clients write it so
	hash, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return strings.ToUpper(hex.EncodeToString(hash))
}

// names reports whether the header names the certificate.
func (a *assertion) names(cert *x509.Certificate) bool {
	old, hash := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw)
	sum := hash[:]
	if a.header.SHA256 == "" {
		sum = old[:]
	}
	return a.thumbprint() == strings.ToUpper(hex.EncodeToString(sum))
}

// signedBy reports whether the certificate's key made the signature, by RS256 or PS256.
func (a *assertion) signedBy(cert *x509.Certificate) bool {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	switch {
	case ok && a.header.Algorithm == "RS256":
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, a.digest[:], a.signature) == nil
	case ok && a.header.Algorithm == "PS256":
		return rsa.VerifyPSS(key, crypto.SHA256, a.digest[:], a.signature, nil) == nil
	}
	return false
}

// byCertificate returns what is wrong with an assertion of the application's own. root is the address of the sign-in
// service.
func (a *assertion) byCertificate(app *App, l *Login, root string) *refusal {
	if a.claims.Subject != app.ID {
		return refuse(700021)
	}
	i := slices.IndexFunc(app.Certificates, a.names)
	if i < 0 {
		return refuse(700027, "The key was not found.", a.thumbprint())
	}
	cert := app.Certificates[i]
	switch now := time.Now(); {
	case !a.signedBy(cert):
		return refuse(700027, "The provided signature value did not match the expected signature value.", a.thumbprint())
	case now.Before(cert.NotBefore) || now.After(cert.NotAfter):
		return refuse(700027, "The key used is expired.", a.thumbprint())
	case !slices.ContainsFunc(a.claims.Audience, func(aud string) bool { return l.within(root, aud) }):
		return refuse(700023)
	}
	return a.inTime()
}

// within reports whether an audience is the token endpoint or the issuer, under any name of the tenant.
func (l *Login) within(root, audience string) bool {
	return slices.ContainsFunc(l.Tenants, func(tenant string) bool {
		base := root + "/" + tenant
		return strings.EqualFold(audience, base+tokenPath) || strings.EqualFold(audience, base+"/v2.0")
	})
}

// byFederation returns what is wrong with an assertion of another issuer's. Texts are compared by case.
func (a *assertion) byFederation(app *App) *refusal {
	issuer, subject := false, false
	for _, f := range app.Federations {
		mine := f.Issuer == a.claims.Issuer
		issuer = issuer || mine
		mine = mine && f.Subject == a.claims.Subject
		subject = subject || mine
		if mine && slices.Contains(a.claims.Audience, f.Audience) {
			return a.inTime()
		}
	}
	switch {
	case !issuer:
		return refuse(700211, a.claims.Issuer)
	case !subject:
		return refuse(700213, a.claims.Subject)
	}
	return refuse(700212, strings.Join(a.claims.Audience, "', '"))
}

// skew is how much clocks may differ.
const skew = 5 * time.Minute

// inTime returns what is wrong with the times. A clock that is behind is forgiven; an assertion that is over is not, so
// that tests need not wait.
func (a *assertion) inTime() *refusal {
	now := time.Now()
	from, until := time.Unix(int64(a.claims.NotBefore), 0), time.Unix(int64(a.claims.Expires), 0)
	if now.Before(from.Add(-skew)) || !now.Before(until) {
		return refuse(700024, clock(now), clock(from), clock(until))
	}
	return nil
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
