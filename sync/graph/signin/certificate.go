package signin

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// A flaw is what is wrong with a certificate's file, as the end of a sentence about the certificate. The zero flaw is
// none.
type flaw struct{ text, hint string }

// readCertificate reads the certificate and its key. What azidentity cannot read, its error says how to convert.
func readCertificate(path string, password Secret) ([]*x509.Certificate, crypto.PrivateKey, error) {
	origin := fmt.Sprintf("the certificate in the file %q", path)
	data, err := readFile(path, origin, maxCertificate)
	if err != nil {
		return nil, nil, err
	}
	plainText := isPEM(data)
	f := derFlaw(data, path)
	if plainText {
		password, f = Secret{}, pemFlaw(data, path)
	}
	var chain []*x509.Certificate
	var key crypto.PrivateKey
	if f == (flaw{}) {
		chain, key, err = azidentity.ParseCertificates(data, []byte(password.Reveal()))
		switch {
		case err != nil && plainText:
			f = flaw{"cannot be read: its certificate or its key is damaged", hintPEM}
		case err != nil:
			f = sealed(data, path, password.Reveal() == "")
		default:
			f = pairFlaw(chain, key, time.Now())
		}
	}
	if f != (flaw{}) {
		return nil, nil, &Error{Text: origin + " " + f.text, HintText: f.hint}
	}
	return chain, key, nil
}

const (
	hintPEM = "put the certificate and its RSA key into one PEM file: cat certificate.pem key.pem > both.pem"
	hintRSA = "make a certificate with an RSA key, and upload it to the application: openssl req -x509 -newkey rsa:3072 " +
		"-nodes -days 365 -subj /CN=statussync -keyout key.pem -out certificate.pem"
)

// pairFlaw says why a certificate and a key that could be read are of no use together.
func pairFlaw(chain []*x509.Certificate, key crypto.PrivateKey, now time.Time) flaw {
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return flaw{"has a key that is not RSA", hintRSA}
	}
	own := slices.IndexFunc(chain, func(c *x509.Certificate) bool { return rsaKey.PublicKey.Equal(c.PublicKey) })
	switch {
	case own < 0:
		return flaw{"does not belong to the key beside it", hintPEM}
	case now.After(chain[own].NotAfter):
		return flaw{"has expired on " + chain[own].NotAfter.UTC().Format(time.DateOnly),
			"upload a new one to the application; if it is good, " + hintClock}
	case now.Before(chain[own].NotBefore):
		return flaw{"is not valid before " + chain[own].NotBefore.UTC().Format(time.RFC3339), hintClock}
	}
	return flaw{}
}

func isPEM(data []byte) bool {
	block, _ := pem.Decode(data)
	return block != nil
}

// pemFlaw says what is wrong with a PEM file as a whole.
func pemFlaw(data []byte, path string) flaw {
	certificates, keys, locked := 0, 0, false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			locked = true
		case block.Type == "EC PRIVATE KEY":
			return flaw{"has a key that is not RSA", hintRSA}
		case block.Type == "CERTIFICATE":
			certificates++
		case block.Type == "PRIVATE KEY" || block.Type == "RSA PRIVATE KEY":
			keys++
		}
	}
	switch {
	case locked:
		decrypt := fmt.Sprintf("decrypt the key: openssl pkey -in %q -out both.pem && ", path)
		if certificates == 0 {
			return flaw{"has an encrypted key, which cannot be read here", decrypt + "cat certificate.pem >> both.pem"}
		}
		return flaw{"has an encrypted key, which cannot be read here",
			decrypt + fmt.Sprintf("openssl x509 -in %q >> both.pem", path)}
	case certificates == 0 && keys == 0:
		return flaw{"is missing: the file holds neither a certificate nor a key", hintPEM}
	case certificates == 0:
		return flaw{"is missing: the file holds a private key alone", hintPEM}
	case keys == 0:
		return flaw{"lacks its private key", hintPEM}
	case keys > 1:
		return flaw{"has more than one private key beside it", hintPEM}
	}
	return flaw{}
}
