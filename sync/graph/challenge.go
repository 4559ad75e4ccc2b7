package graph

import (
	"encoding/base64"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const maxDemand = 16 << 10 // bytes of the claims that a 401 may demand

// demand returns the claims that a 401 demands of the next token, as JSON, or "". values are those of its header
// WWW-Authenticate (RFC 9110, section 11.6.1), in which Graph has been seen to leave the quotes out, too. What is no
// JSON object, or too long, is no demand.
func demand(values []string) string {
	for _, header := range values {
		for s := (challenges{rest: header}); s.next(); {
			if !strings.EqualFold(s.scheme, "Bearer") || !strings.EqualFold(s.name, "claims") {
				continue
			}
			if claims := decodeClaims(s.value); claims != "" {
				return claims
			}
		}
	}
	return ""
}

// decodeClaims reads either alphabet of base64, padded or not.
func decodeClaims(text string) string {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	claims, err := base64.RawStdEncoding.DecodeString(text)
	value := jsontext.Value(claims)
	if err != nil || len(claims) > maxDemand || value.Kind() != '{' || !value.IsValid() {
		return ""
	}
	return string(claims)
}

// challenges goes through the parameters of the challenges of one header.
type challenges struct {
	rest                string
	scheme, name, value string
}

// next moves to the next parameter and reports whether there is one.
func (s *challenges) next() bool {
	for {
		s.rest = strings.TrimLeft(s.rest, " \t,")
		if s.rest == "" {
			return false
		}
		word := s.until(" \t,=\"")
		after := strings.TrimLeft(s.rest, " \t")
		switch {
		case word == "": // a stray = or quote
			s.rest = s.rest[1:]
		case !strings.HasPrefix(after, "="):
			s.scheme = word
		default:
			s.rest = strings.TrimLeft(after[1:], " \t")
			s.name, s.value = word, s.argument()
			return true
		}
	}
}

// until takes what stands before the first of the stops, or all.
func (s *challenges) until(stops string) string {
	end := strings.IndexAny(s.rest, stops)
	if end < 0 {
		end = len(s.rest)
	}
	word := s.rest[:end]
	s.rest = s.rest[end:]
	return word
}

// argument takes the value behind an equals sign.
func (s *challenges) argument() string {
	if !strings.HasPrefix(s.rest, `"`) {
		return s.until(" \t,")
	}
	var text strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return text.String()
		case c == '\\' && i+1 < len(s.rest):
			i++
			text.WriteByte(s.rest[i])
		default:
			text.WriteByte(c)
		}
	}
	s.rest = "" // the closing quote is missing
	return text.String()
}
