package graph

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/statussync/statussync/sync/row"
)

const bodyStart = `{"@odata.type":"#microsoft.graph.userAppInstallStatus"`

// encode returns s as Graph reads it. It fails on text that is not UTF-8, and alters nothing.
func encode(s *row.Status) ([]byte, error) {
	b := make([]byte, 0, 256+len(s.ID)+len(s.UserName)+len(s.UserPrincipalName))
	b = append(b, bodyStart...)
	var err error
	for _, f := range [...]struct {
		name, value string
		null        row.Nulls
	}{
		{`,"id":`, s.ID, 0},
		{`,"userName":`, s.UserName, row.NullUserName},
		{`,"userPrincipalName":`, s.UserPrincipalName, row.NullUserPrincipalName},
	} {
		b = append(b, f.name...)
		if s.Null&f.null != 0 {
			b = append(b, "null"...)
		} else if b, err = jsontext.AppendQuote(b, f.value); err != nil {
			return nil, err
		}
	}
	for _, f := range [...]struct {
		name  string
		value int32
		null  row.Nulls
	}{
		{`,"installedDeviceCount":`, s.Installed, row.NullInstalled},
		{`,"failedDeviceCount":`, s.Failed, row.NullFailed},
		{`,"notInstalledDeviceCount":`, s.NotInstalled, row.NullNotInstalled},
	} {
		b = append(b, f.name...)
		if s.Null&f.null != 0 {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendInt(b, int64(f.value), 10)
		}
	}
	return append(b, '}'), nil
}
