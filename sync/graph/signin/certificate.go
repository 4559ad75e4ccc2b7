package signin

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// readCertificate reads the certificate and its key. What azidentity cannot read, its error says how to convert.
func readCertificate(path string, password Secret) ([]*x509.Certificate, crypto.PrivateKey, error) {
	origin := fmt.Sprintf("the certificate in the file %q", path)
	refuse := func(text, hint string) ([]*x509.Certificate, crypto.PrivateKey, error) {
		return nil, nil, &Error{Text: origin + " " + text, HintText: hint}
	}
	data, err := readFile(path, origin, maxCertificate)
	if err != nil {
		return nil, nil, err
	}
	convert := fmt.Sprintf("convert it: openssl pkcs12 -in %q -nodes -out both.pem", path)
	plainText := isPEM(data)
	if plainText {
		if text, hint := pemFault(data, path); text != "" {
			return refuse(text, hint)
		}
		password = Secret{}
	}
	chain, key, err := azidentity.ParseCertificates(data, []byte(password.Reveal()))
	rsaKey, isRSA := key.(*rsa.PrivateKey)
	switch {
	case err != nil && plainText:
		return refuse("cannot be read: its certificate or its key is damaged", hintPEM)
	case err != nil && newerPKCS12(data):
		return refuse("is PKCS#12 with a newer checksum than can be read here", convert)
	case err != nil:
		return refuse("is no PEM, and no PKCS#12 that its password opens", "check the password, or "+convert)
	case !isRSA:
		return refuse("has a key that is not RSA", hintRSA)
	case !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return rsaKey.PublicKey.Equal(c.PublicKey) }):
		return refuse("does not belong to the key beside it", hintPEM)
	}
	return chain, key, nil
}

const (
	hintPEM = "put the certificate and its RSA key into one PEM file: cat certificate.pem key.pem > both.pem"
	hintRSA = "make a certificate with an RSA key, and upload it to the application: openssl req -x509 -newkey rsa:3072 " +
		"-nodes -days 365 -subj /CN=statussync -keyout key.pem -out certificate.pem"
)

func isPEM(data []byte) bool {
	block, _ := pem.Decode(data)
	return block != nil
}

// pemFault says what is wrong with a PEM file as a whole, and what to do about it.
func pemFault(data []byte, path string) (text, hint string) {
	decrypt := fmt.Sprintf("decrypt the key: openssl pkey -in %q -out key.pem", path)
	certificates, keys := 0, 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return "has an encrypted key, which cannot be read here", decrypt
		case block.Type == "EC PRIVATE KEY":
			return "has a key that is not RSA", hintRSA
		case block.Type == "CERTIFICATE":
			certificates++
		case block.Type == "PRIVATE KEY" || block.Type == "RSA PRIVATE KEY":
			keys++
		}
	}
	switch {
	case certificates == 0:
		return "is missing: there is none in it", hintPEM
	case keys == 0:
		return "lacks its private key", hintPEM
	case keys > 1:
		return "has more than one private key beside it", hintPEM
	}
	return "", ""
}

// newerPKCS12 reports whether data is PKCS#12 that is sealed with something else than SHA-1, as OpenSSL 3 does it.
func newerPKCS12(data []byte) bool {
	var file struct {
		Version  int
		AuthSafe asn1.RawValue
		MAC      struct {
			Digest struct {
				Algorithm pkix.AlgorithmIdentifier
				Value     []byte
			}
			Salt       []byte
			Iterations int `asn1:"optional,default:1"`
		} `asn1:"optional"`
	}
	_, err := asn1.Unmarshal(data, &file)
	return err == nil && !file.MAC.Digest.Algorithm.Algorithm.Equal(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26})
}
