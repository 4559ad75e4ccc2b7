package simulator

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"time"
)

// NewCertificate returns a certificate for an [App], signed by itself, with the file that its owner keeps: PEM with the
// certificate and its RSA key. It takes up to a second.
func NewCertificate(name string) (cert *x509.Certificate, file []byte) {
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	template := draft(name)
	der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	var text bytes.Buffer
	for _, block := range []*pem.Block{
		{Type: "CERTIFICATE", Bytes: der}, {Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))},
	} {
		_ = pem.Encode(&text, block) // a bytes.Buffer does not fail
	}
	return must(x509.ParseCertificate(der)), text.Bytes()
}

// Assertion returns a token of the other issuer's, which is over after the given time. No two are the same.
func (f Federation) Assertion(lifetime time.Duration) string {
	now := time.Now()
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(must(json.Marshal(map[string]any{
		"iss": f.Issuer, "sub": f.Subject, "aud": []string{cmp.Or(f.Audience, DefaultAudience)},
		"nbf": now.Unix(), "exp": now.Add(lifetime).Unix(), "jti": newID(),
	}))) + "." + encode([]byte(newID()))
}
