package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/statussync/statussync/input"
)

// A value is the place of one setting in a Settings.
type value interface {
	// Set stores what text means. Its error ends the sentence "--rate is "5", but …".
	Set(text string) error
	// String returns text that Set takes back.
	String() string
}

// A bareError is an error of Set for a text that is not repeated, since it may hold a secret: "--base-url …".
type bareError struct{ text, hint string }

func (e *bareError) Error() string { return e.text }

// parsed is a value of any type that has a parser and a printer.
type parsed[T any] struct {
	at    *T
	parse func(string) (T, error)
	print func(T) string
}

func (p parsed[T]) Set(text string) error {
	v, err := p.parse(text)
	if err == nil {
		*p.at = v
	}
	return err
}

func (p parsed[T]) String() string { return p.print(*p.at) }

func itself(s string) string { return s }

func oneOf(at *string, words ...string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if slices.Contains(words, s) {
			return s, nil
		}
		text := "must be " + list(words)
		if near := nearest(s, words); near != "" {
			text += fmt.Sprintf("; did you mean %s?", near)
		}
		return "", errors.New(text)
	}, itself}
}

// list joins words as people do: "a, b or c".
func list(words []string) string {
	shown := slices.Clone(words)
	for i, w := range shown {
		if w == "" {
			shown[i] = "empty"
		}
	}
	if len(shown) == 1 {
		return shown[0]
	}
	return strings.Join(shown[:len(shown)-1], ", ") + " or " + shown[len(shown)-1]
}

func toggle(at *bool) value {
	return parsed[bool]{at, func(s string) (bool, error) {
		if s != "true" && s != "false" {
			return false, errors.New("must be true or false")
		}
		return s == "true", nil
	}, strconv.FormatBool}
}

func number[T int | int64](at *T, least, most T) value {
	return parsed[T]{at, func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < int64(least) || n > int64(most) {
			return 0, fmt.Errorf("must be a whole number from %d to %d", least, most)
		}
		return T(n), nil
	}, func(n T) string { return strconv.FormatInt(int64(n), 10) }}
}

func duration(at *time.Duration, least time.Duration) value {
	return parsed[time.Duration]{at, func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil || d < least {
			return 0, fmt.Errorf("must be a duration of at least %s, such as 30s, 15m or 24h", brief(least))
		}
		return d, nil
	}, brief}
}

// brief prints a duration without the zero units that time.Duration ends with: 15m and not 15m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var delimiters = map[string]string{"": "", ",": ",", ";": ";", "|": "|", "\t": "\t", `\t`: "\t", "tab": "\t"}

func delimiter(at *string) value {
	return parsed[string]{at, func(s string) (string, error) {
		if d, ok := delimiters[s]; ok {
			return d, nil
		}
		return "", errors.New(`must be one of "," ";" "|" tab, or empty to detect it`)
	}, func(s string) string { return strings.ReplaceAll(s, "\t", "tab") }}
}

// columns is the one setting that is a mapping; only a configuration file can hold it.
type columns struct{ at *map[string]string }

var fieldNames = input.Fields[:]

func (c columns) Set(string) error {
	return errors.New("must be a mapping of field names to header names, such as id: Status Key")
}

// Put adds one column.
func (c columns) Put(field, header string) error {
	if !slices.Contains(fieldNames, field) {
		text := "is no field of a row"
		if near := nearest(field, fieldNames); near != "" {
			return fmt.Errorf("%s; did you mean %s?", text, near)
		}
		return errors.New(text + ": " + list(fieldNames))
	}
	if header == "" {
		return errors.New("needs the name of a header")
	}
	if *c.at == nil {
		*c.at = map[string]string{}
	}
	(*c.at)[field] = header
	return nil
}

// check refuses names that no header can satisfy.
func (c columns) check() error { return (&input.Options{Columns: *c.at}).Check() }

func (c columns) String() string {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(*c.at)) {
		parts = append(parts, field+": "+strconv.Quote((*c.at)[field]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
