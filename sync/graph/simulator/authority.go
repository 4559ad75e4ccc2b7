package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"time"
)

// An authority is a certificate authority whose key never leaves the memory. It can vouch for loopback alone, so that
// nothing comes of it where somebody goes on trusting it.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// validity is how long certificates hold, from an hour ago on.
const validity = 365 * 24 * time.Hour

func newAuthority() *authority {
	template := draft("statussync simulator, throw-away authority")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	template.PermittedDNSDomainsCritical = true
	template.PermittedDNSDomains = []string{"localhost"}
	template.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, {IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return &authority{must(x509.ParseCertificate(der)), key}
}

// config returns what a server on addr needs, with a certificate for the address and for localhost.
func (a *authority) config(addr net.Addr) *tls.Config {
	template := draft("statussync simulator")
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{addr.(*net.TCPAddr).IP}
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key))
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		NextProtos:   []string{"http/1.1"},
	}
}

// draft returns what all certificates have in common.
func draft(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour),
		NotAfter:  now.Add(validity),
	}
}

// must is for what fails by a mistake in this package alone.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Authority returns a pool with the one authority that vouches for StartTLS and StartLogin. Each server has its own.
func (s *Server) Authority() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority().cert)
	return pool
}

// AuthorityPEM returns the authority's certificate as a file of trusted authorities holds it.
func (s *Server) AuthorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.authority().cert.Raw})
}
