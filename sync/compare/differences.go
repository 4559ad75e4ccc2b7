package compare

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/statussync/statussync/sync/row"
)

// A Difference is a field that sending a row would change.
type Difference struct {
	Field         string // as Microsoft Graph spells it
	Before, After string // what the service holds and what the row says, counts in digits
}

// Differences returns what sending want would change of held, nil when that is nothing. GUIDs and userPrincipalNames
// are the same without regard to case, null is the same as empty and as 0.
func Differences(held, want *row.Status) []Difference {
	var all []Difference
	text := func(field, before, after string, same bool) {
		if !same {
			all = append(all, Difference{field, before, after})
		}
	}
	count := func(field string, before, after int32) {
		if before != after {
			all = append(all, Difference{field, strconv.Itoa(int(before)), strconv.Itoa(int(after))})
		}
	}
	text("mobileAppId", held.AppID, want.AppID, sameApp(held.AppID, want.AppID))
	text("id", held.ID, want.ID, sameID(held.ID, want.ID))
	text("userName", held.UserName, want.UserName, held.UserName == want.UserName)
	text("userPrincipalName", held.UserPrincipalName, want.UserPrincipalName,
		strings.EqualFold(held.UserPrincipalName, want.UserPrincipalName))
	count("installedDeviceCount", held.Installed, want.Installed)
	count("failedDeviceCount", held.Failed, want.Failed)
	count("notInstalledDeviceCount", held.NotInstalled, want.NotInstalled)
	return all
}

// AppendJSON appends what the service holds as an object on a line of its own: a row of an input, with the seven fields
// as Microsoft Graph spells them, and "@statussync.held":true, by which a row may hold what Graph alone can, such as
// null and negative counts. What is not UTF-8 becomes U+FFFD.
func AppendJSON(b []byte, s *row.Status) []byte {
	name := func(before string, null row.Nulls) (isNull bool) {
		b = append(b, before...)
		if isNull = s.Null&null != 0; isNull {
			b = append(b, "null"...)
		}
		return isNull
	}
	text := func(before, value string, null row.Nulls) {
		if !name(before, null) {
			b, _ = jsontext.AppendQuote(b, value) // its error is for what is not UTF-8
		}
	}
	count := func(before string, value int32, null row.Nulls) {
		if !name(before, null) {
			b = strconv.AppendInt(b, int64(value), 10)
		}
	}
	text(`{"mobileAppId":`, s.AppID, 0)
	text(`,"id":`, s.ID, 0)
	text(`,"userName":`, s.UserName, row.NullUserName)
	text(`,"userPrincipalName":`, s.UserPrincipalName, row.NullUserPrincipalName)
	count(`,"installedDeviceCount":`, s.Installed, row.NullInstalled)
	count(`,"failedDeviceCount":`, s.Failed, row.NullFailed)
	count(`,"notInstalledDeviceCount":`, s.NotInstalled, row.NullNotInstalled)
	return append(b, `,"@statussync.held":true}`+"\n"...)
}
