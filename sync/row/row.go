// Package row names what all packages that handle rows share.
//
// A [Status] is what one row of an input file says and one request sets. A [Row] adds where it came from, and an
// [Outcome] says what became of it. Every row that enters leaves with exactly one outcome, whose [Verdict] comes from a
// closed list. A [Hasher] makes the [Key] by which rows about the same thing are found, and the [Fingerprint] by which
// equal ones are.
package row

// A Status is the install status of one app for one user, as Microsoft Graph's userAppInstallStatus has it.
type Status struct {
	AppID             string // mobileAppId: a GUID, spelled as the input spells it
	ID                string // key of the status within the app: opaque, never empty, one path segment
	UserName          string // may be empty
	UserPrincipalName string
	Installed         int32 // installedDeviceCount: devices, negative only where Graph held that
	Failed            int32 // failedDeviceCount: as Installed
	NotInstalled      int32 // notInstalledDeviceCount: as Installed
	Null              Nulls // the fields that are null: empty or 0 above
}

// Nulls is a set of fields that are null. Only Microsoft Graph has such. For Fingerprint, and where statuses are
// compared, null is the same as empty and as 0.
type Nulls uint8

// The fields that may be null.
const (
	NullUserName Nulls = 1 << iota
	NullUserPrincipalName
	NullInstalled
	NullFailed
	NullNotInstalled

	AllNull = NullUserName | NullUserPrincipalName | NullInstalled | NullFailed | NullNotInstalled
)

// A Row is a status with its place.
type Row struct {
	Number int64 // from 1 over all inputs of a run
	Input  int   // index into the run's inputs, from 0
	Line   int64 // line of the input on which the record begins, from 1
	Status
}
