package signin

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// A pkcs12 is what can be read of such a file without its password (RFC 7292).
type pkcs12 struct {
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

var (
	sha1ID = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oldIDs = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1} // 1.2.840.113549.1.12.1, PKCS#12's own: RC2 and 3DES
)

// derFlaw says what is wrong with a file that is not PEM, as a whole.
func derFlaw(data []byte, path string) flaw {
	var file pkcs12
	_, err := asn1.Unmarshal(data, &file)
	_, noKey := x509.ParsePKCS8PrivateKey(data)
	_, noOldKey := x509.ParsePKCS1PrivateKey(data)
	_, noCertificate := x509.ParseCertificates(data)
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return flaw{"is missing: the file is empty", hintPEM}
	case noCertificate == nil:
		return flaw{"lacks its private key: the file is a certificate alone, in DER form", fmt.Sprintf(
			"convert it, and add the key: openssl x509 -inform DER -in %q -out both.pem && cat key.pem >> both.pem", path)}
	case noKey == nil || noOldKey == nil:
		return flaw{"is missing: the file is a private key alone, in DER form", fmt.Sprintf("convert it, and add the "+
			"certificate: openssl pkey -inform DER -in %q -out both.pem && cat certificate.pem >> both.pem", path)}
	case err != nil:
		return flaw{"is neither PEM nor PKCS#12", hintPEM}
	}
	return flaw{}
}

// sealed says why PKCS#12 cannot be read, and how to convert it.
func sealed(data []byte, path string, noPassword bool) flaw {
	old, legacy := bytes.Contains(data, oldIDs), ""
	if old {
		legacy = "-legacy " // without it, OpenSSL 3 may refuse
	}
	convert := fmt.Sprintf("convert it: openssl pkcs12 %s-in %q -nodes -out both.pem", legacy, path)
	var file pkcs12
	_, _ = asn1.Unmarshal(data, &file) // derFlaw has done so
	switch {
	case !old, !file.MAC.Digest.Algorithm.Algorithm.Equal(sha1ID):
		return flaw{"is PKCS#12 of a newer kind than can be read here", convert}
	case noPassword:
		return flaw{"is PKCS#12 that does not open without its password", "give its password, or " + convert}
	}
	return flaw{"is PKCS#12 that its password does not open", "check its password, or " + convert}
}
