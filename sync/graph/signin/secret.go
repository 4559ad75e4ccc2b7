package signin

import (
	"fmt"
	"io"
	"log/slog"
)

// Mask stands where a Secret would be printed.
const Mask = "[redacted]"

// A Secret is text that no way of printing shows: String, the verbs of fmt, slog, JSON and text encoders all write
// Mask, or nothing for an empty Secret. Within another value, too, printing finds only an address. The zero Secret
// is empty.
type Secret struct{ text *string }

// NewSecret returns text as a Secret.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns Mask, or "" for an empty Secret.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return ""
	}
	return Mask
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String returns, as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
