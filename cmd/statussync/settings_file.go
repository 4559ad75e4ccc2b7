package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/statussync/statussync/sync/graph/signin"
)

// A settingsFile is a configuration file while it is read.
type settingsFile struct {
	name string
	data []byte
}

// layFile lays the configuration file over s, if there is one.
func (s *Settings) layFile() error {
	if s.Config == "" {
		return nil
	}
	data, err := readSome(s.Config)
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return &usageError{text: fmt.Sprintf("cannot read the configuration file %s (%s): %v",
			quote(s.Config), s.origins["config"], pathErr.Err)}
	} else if err != nil {
		return err
	}
	if len(data) > maxFile {
		return &usageError{fmt.Sprintf("%s is larger than a configuration file can be, %d KiB", quote(s.Config), maxFile>>10),
			"is it the right file?"}
	}
	f := &settingsFile{printable(s.Config), bytes.TrimPrefix(data, []byte("\ufeff"))}
	return f.lay(s)
}

// maxFile is the size of the largest configuration file, in bytes: ten times the example, with all its comments.
const maxFile = 64 << 10

// readSome reads a file up to one byte more than maxFile.
func readSome(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// lay reads the file's one document. Keys stand in sections, as in the table; a key without a value counts as absent.
func (f *settingsFile) lay(s *Settings) error {
	if !utf8.Valid(f.data) {
		return &usageError{text: fmt.Sprintf("%s is not UTF-8", quote(f.name))}
	}
	tree, err := parser.ParseBytes(f.data, 0)
	if err != nil {
		if placed, ok := errors.AsType[yaml.Error](err); ok {
			return f.wrong(placed.GetToken(), "", "%s", printable(placed.GetMessage()))
		}
		return &usageError{text: fmt.Sprintf("%s is not YAML: %s", quote(f.name), printable(err.Error()))}
	}
	for i, doc := range tree.Docs {
		if i > 0 {
			return f.wrong(doc.Body.GetToken(), "", "a second document begins here; there must be one")
		}
		if err := f.each(doc.Body, "the file", func(key *token.Token, body ast.Node) error {
			return f.section(s, key, body)
		}); err != nil {
			return err
		}
	}
	return nil
}

// each calls do for each pair of a mapping. No node, and null, are empty mappings.
func (f *settingsFile) each(node ast.Node, what string, do func(*token.Token, ast.Node) error) error {
	switch node := node.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		for _, pair := range node.Values {
			if err := do(pair.Key.GetToken(), pair.Value); err != nil {
				return err
			}
		}
		return nil
	}
	return f.wrong(node.GetToken(), "", "%s must be a mapping of keys to values", what)
}

func (f *settingsFile) section(s *Settings, name *token.Token, body ast.Node) error {
	known := slices.ContainsFunc(table, func(st setting) bool { return strings.HasPrefix(st.key, name.Value+".") })
	if !known {
		return f.unknown(name, "")
	}
	return f.each(body, "section "+name.Value, func(key *token.Token, node ast.Node) error {
		st := find(name.Value + "." + key.Value)
		if st == nil {
			return f.unknown(key, name.Value)
		}
		return f.setting(s, st, node)
	})
}

func (f *settingsFile) setting(s *Settings, st *setting, node ast.Node) error {
	place := origin{byFile, fmt.Sprintf("%s:%d", f.name, node.GetToken().Position.Line)}
	if c, ok := st.bind(s).(columns); ok && node.Type() != ast.StringType {
		s.origins[st.key] = place
		return f.each(node, st.key, func(field *token.Token, header ast.Node) error {
			text, ok := scalar(header)
			if !ok {
				return f.wrong(header.GetToken(), "", "the header name must be a text")
			}
			if err := c.Put(field.Value, text); err != nil {
				return f.wrong(field, "", "%s %v", quote(field.Value), err)
			}
			if err := c.check(); err != nil {
				return f.wrong(field, "", "%v", err)
			}
			return nil
		})
	}
	if node.Type() == ast.NullType {
		return nil
	}
	text, ok := scalar(node)
	if !ok {
		return f.wrong(node.GetToken(), "", "%s must be one value", st.key)
	}
	if err := st.bind(s).Set(text); err != nil {
		why := refused(st.key, text, err)
		return f.wrong(node.GetToken(), why.hint, "%s", why.text)
	}
	s.origins[st.key] = place
	return nil
}

// scalar returns the text of a node as the file spells it: 007 stays 007.
func scalar(node ast.Node) (string, bool) {
	switch node.Type() {
	case ast.StringType, ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType, ast.BoolType:
		return node.GetToken().Value, true
	}
	return "", false
}

// unknown words the error for a key that no line of the table has.
func (f *settingsFile) unknown(key *token.Token, section string) error {
	if strings.EqualFold(key.Value, "token") {
		return f.wrong(key, "set "+tokenVariable+", or name a file with token_file under auth",
			"a token never stands in this file")
	}
	var words, meant []string
	for _, st := range table {
		before, after, ok := strings.Cut(st.key, ".")
		if ok && section == "" {
			words, meant = append(words, before), append(meant, before)
		}
		if ok {
			words, meant = append(words, after), append(meant, after+" under "+before)
		}
	}
	where, hint := "at the top level", "statussync config prints all keys"
	if section != "" {
		where = "under " + section
	}
	_, last, dotted := strings.Cut(key.Value, ".")
	if !dotted {
		last = key.Value
	}
	if near := nearest(last, words); near != "" {
		hint = fmt.Sprintf("did you mean %s?", meant[slices.Index(words, near)])
	}
	return f.wrong(key, hint, "%s is no key %s", quote(key.Value), where)
}

// wrong words an error at a token: the place, the sentence, then the line with a mark below it.
func (f *settingsFile) wrong(tk *token.Token, hint, format string, args ...any) error {
	line, column := tk.Position.Line, tk.Position.Column
	text := fmt.Sprintf("%s:%d:%d: %s", f.name, line, column, fmt.Sprintf(format, args...))
	return &usageError{text + f.excerpt(line, column), hint}
}

// What an excerpt must not show: the value of a key that is named like a secret, and the user and the query of a URL.
var (
	mayHoldSecret = regexp.MustCompile(`(?i)^.*?(token|secret|password|passwd|bearer)[^:]*:`)
	userInfo      = regexp.MustCompile(`//[^/\s]*@`)
	query         = regexp.MustCompile(`(//[^\s?#]*[?#])[^\s"']+`)
)

func (f *settingsFile) excerpt(line, column int) string {
	lines := strings.Split(string(f.data), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	text := userInfo.ReplaceAllString(strings.TrimRight(lines[line-1], "\r"), "//"+signin.Mask+"@")
	text = query.ReplaceAllString(text, "${1}"+signin.Mask)
	if m := mayHoldSecret.FindString(text); m != "" && len(m) < len(text) {
		text = m + " " + signin.Mask
	}
	runes := []rune(text)
	from := max(0, min(column-40, len(runes)-80))
	runes = runes[from:min(len(runes), from+80)]
	for i, r := range runes {
		if r == '\t' {
			runes[i] = '→'
		} else if !strconv.IsPrint(r) {
			runes[i] = '\uFFFD'
		}
	}
	margin := fmt.Sprintf("%5d | ", line)
	mark := max(0, min(column-1-from, len(runes)))
	return "\n" + margin + string(runes) + "\n" + strings.Repeat(" ", len(margin)+mark) + "^"
}
