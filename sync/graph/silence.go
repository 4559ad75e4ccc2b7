package graph

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/statussync/statussync/sync/row"
)

// silence judges an attempt to which no answer came; unsent says that nothing of it can have been carried out.
func silence(ctx context.Context, answer row.Answer, b *bearer, err error, unsent bool) (row.Answer, error) {
	answer.Code = silenceCode(ctx, err)
	answer.Message = clean(err.Error(), b.token, maxMessage)
	kind := Transient
	var proxy *proxyError
	switch {
	case answer.Code == codeCertificate:
		kind = Certificate
	case errors.As(err, &proxy) && proxy.status/100 == 4:
		kind = Proxy
	case unsent:
		kind = Unreachable
	}
	return answer, &Error{Kind: kind, Answer: answer, Err: err}
}

// unsendable judges an attempt that would have left the route, or altered a value.
func unsendable(answer row.Answer, err error) (row.Answer, error) {
	answer.Code, answer.Message = "unsendable", clean(err.Error(), "", maxMessage)
	return answer, &Error{Kind: Refused, Answer: answer, Err: err, unmade: true}
}

// tokenless judges an attempt that came to nothing for want of a token.
func tokenless(ctx context.Context, answer row.Answer, err error) (row.Answer, error) {
	kind := SignIn
	answer.Code, answer.ClientRequestID = codeToken, ""
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		kind, answer.Code = Unreachable, silenceCode(ctx, err)
	case ctx.Err() != nil, passing(err):
		kind, answer.Code = Unreachable, codeSignIn
	}
	answer.Message = clean(err.Error(), "", maxMessage)
	return answer, &Error{Kind: kind, Answer: answer, Err: err, unmade: true}
}

const (
	codeCertificate = "certificate"
	codeProxy       = "proxy"
	codeToken       = "token"   // there is none, nor will there be
	codeSignIn      = "sign-in" // the origin of tokens cannot be reached, or is out of order
)

// silenceCode names the kind of a silence, for grouping.
func silenceCode(ctx context.Context, err error) (code string) {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		lookup      *net.DNSError
		proxy       *proxyError
		timer       net.Error
	)
	switch {
	case errors.As(err, &certificate):
		return codeCertificate
	case errors.As(err, &proxy):
		return codeProxy
	case errors.Is(ctx.Err(), context.Canceled):
		return "canceled"
	case proxyFailed(err):
		return codeProxy
	case errors.As(err, &lookup):
		return "dns"
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timer) && timer.Timeout():
		return "timeout"
	case errors.As(err, &record):
		return "tls"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed"
	case errors.Is(err, errTooLong):
		return "too-long"
	}
	return "connection"
}

// proxyFailed reports that there was no way to the proxy.
func proxyFailed(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect" // net/http's word
}
