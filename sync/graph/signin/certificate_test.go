package signin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCertificates(t *testing.T) {
	t.Parallel()
	certificate, key, _ := newCertificate(t)
	_, other, _ := newCertificate(t)
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	sec1, _ := x509.MarshalECPrivateKey(curve)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(curve)
	der, _ := pem.Decode(key)
	derCert, _ := pem.Decode(certificate)
	block := func(kind string, der []byte, headers map[string]string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der, Headers: headers}))
	}
	file := func(text string) string { return tokenFile(t, text) }
	old := map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}
	locked, lockedOld := block("ENCRYPTED PRIVATE KEY", der.Bytes, nil), block("RSA PRIVATE KEY", der.Bytes, old)
	for name, tt := range map[string]struct{ path, password, text, hint string }{
		"key first":     {path: file(string(key) + string(certificate))},
		"text between":  {path: file("Bag Attributes\n" + string(key) + "subject=x\n" + string(certificate))},
		"with password": {path: file(string(key) + string(certificate)), password: "not needed"},
		"SHA-1":         {path: "testdata/sha1.p12", password: "hunter2hunter2"},

		"SHA-256": {"testdata/sha256.p12", "hunter2hunter2", "of a newer kind", `pkcs12 -in "testdata/sha256.p12"`},
		"password": {"testdata/sha1.p12", "canary-password", "its password does not open",
			`check its password, or convert it: openssl pkcs12 -legacy -in "testdata/sha1.p12" -nodes -out both.pem`},
		"no password":   {"testdata/sha1.p12", "", "without its password", "give its password, or convert it: openssl"},
		"encrypted":     {file(locked + string(certificate)), "", "encrypted", `-out both.pem && openssl x509 -in "`},
		"encrypted old": {file(lockedOld + string(certificate)), "", "encrypted", `-out both.pem && openssl x509 -in "`},
		"locked alone":  {file(locked), "", "encrypted", "-out both.pem && cat certificate.pem >> both.pem"},
		"EC":            {file(block("EC PRIVATE KEY", sec1, nil) + string(certificate)), "", "not RSA", "-newkey rsa"},
		"EC in PKCS#8":  {file(block("PRIVATE KEY", pkcs8, nil) + string(certificate)), "", "not RSA", "openssl req"},
		"no key":        {file(string(certificate)), "", "lacks its private key", "cat certificate.pem key.pem"},
		"no cert":       {file(string(key)), "", "is missing: the file holds a private key alone", "cat certificate.pem"},
		"other PEM":     {file(block("PUBLIC KEY", der.Bytes, nil)), "", "neither a certificate nor a key", "cat"},
		"DER":           {file(string(derCert.Bytes)), "", "is a certificate alone, in DER form", "openssl x509 -inform DER"},
		"DER key":       {file(string(der.Bytes)), "", "is a private key alone, in DER form", "openssl pkey -inform DER"},
		"two keys":      {file(string(key) + string(other) + string(certificate)), "", "more than one", "cat"},
		"another's key": {file(string(other) + string(certificate)), "", "does not belong", "cat"},
		"damaged":       {file(block("PRIVATE KEY", der.Bytes[9:], nil) + string(certificate)), "", "damaged", "cat"},
		"neither":       {file("canary-key"), "", "is neither PEM nor PKCS#12", "cat certificate.pem key.pem"},
		"empty":         {file("\n"), "", "the file is empty", "cat certificate.pem key.pem"},
		"too long":      {file(strings.Repeat("x", maxCertificate+1)), "", "longer than 1024 KiB", "right file"},
		"none":          {filepath.Join(t.TempDir(), "none"), "", "no such file", "check the path"},
		"a folder":      {t.TempDir(), "", "not a regular file", "read again"},
	} {
		chain, private, err := readCertificate(tt.path, NewSecret(tt.password))
		if tt.text == "" {
			if err != nil || len(chain) != 1 || private == nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		e, ok := err.(*Error)
		if !ok || e.Temporary() || !strings.Contains(e.Error(), tt.text) || !strings.Contains(e.Hint(), tt.hint) {
			t.Errorf("%s: %v, hint %q", name, err, e.Hint())
			continue
		}
		hides(t, e, "canary-password", "canary-key", "hunter2hunter2")
	}
}

// TestCertificateOfAnotherTime: what is over, or is still to come, is refused before anybody is asked.
func TestCertificateOfAnotherTime(t *testing.T) {
	t.Parallel()
	e := newEntra(t)
	now := time.Now()
	ended := now.Add(-48 * time.Hour)
	for want, validity := range map[string][2]time.Time{
		"has expired on " + ended.UTC().Format(time.DateOnly): {ended.Add(-time.Hour), ended},
		"is not valid before ":                                {now.Add(time.Hour), now.Add(2 * time.Hour)},
	} {
		certificate, key, _ := newCertificate(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = validity[0], validity[1]
		})
		path := tokenFile(t, string(certificate)+string(key))
		s := newSourceOf(t, e.config(func(cfg *Config) { cfg.Method, cfg.CertificateFile = ClientCertificate, path }))
		err := failure(t, s, "", "")
		if err.Temporary() || !strings.Contains(err.Error(), want) || !strings.Contains(err.Hint(), "clock") {
			t.Errorf("%v, hint %q", err, err.Hint())
		}
	}
	if n := e.count(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestCertificateIsReadAgain: a certificate that cannot be read is seen at once, one that was renewed is used.
func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	certificate, key, _ := newCertificate(t)
	e := newEntra(t)
	path := tokenFile(t, string(certificate))
	s := newSourceOf(t, e.config(func(cfg *Config) { cfg.Method, cfg.CertificateFile = ClientCertificate, path }))
	if err := failure(t, s, "", ""); !strings.Contains(err.Error(), "lacks its private key") || e.count() != 0 {
		t.Errorf("%v after %d requests", err, e.count())
	}
	os.WriteFile(path, append(certificate, key...), 0o600)
	step(t, s, "", "token-1")
}
