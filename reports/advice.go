package reports

import (
	"strings"

	"github.com/statussync/statussync/sync/row"
)

// An advised says what to do about the outcomes that all its parts fit.
type advised struct {
	status  int         // the HTTP status, 0 for no answer, or anyStatus
	code    string      // of the service or of our own, without regard to case; "" = any
	verdict row.Verdict // or anyVerdict
	advice  string
}

const (
	anyVerdict row.Verdict = 0xff
	anyStatus  int         = -1
)

// Advice returns one sentence on what to do about rows with this HTTP status (0: no answer), code and verdict; "" where
// there is nothing to do.
func Advice(status int, code string, verdict row.Verdict) string {
	for _, a := range registry {
		if (a.verdict == anyVerdict || a.verdict == verdict) && (a.status == anyStatus || a.status == status) &&
			(a.code == "" || strings.EqualFold(a.code, code)) {
			return a.advice
		}
	}
	return ""
}

const (
	mendCount  = "Write the count as a whole number from 0 to 2147483647, in plain digits."
	mendExport = "Export the file again with whole texts: PowerShell wrote something else in the place of a value."
	mendRecord = "Mend the quotes and delimiters of the record, so that it has as many cells as the header."
	mendLine   = "Remove the line: it is no row."
	mendObject = "Give every field of the row once, texts as JSON strings and counts as JSON numbers."
	mendSize   = "Leave in the row what a status has, and nothing else: it is larger than a row can be."
	notServed  = "Try the other form of the address, graph.path in the configuration: this Graph does not serve the " +
		"route; the README says more under \"When every row is answered 400\"."
	serviceIll  = "Send the row again when the service, or the gateway before it, is well."
	notReached  = "Check the network, the host in --base-url and the proxy: the service was not reached."
	cutOff      = "Send the row again; where it happens often, look for a proxy or firewall that cuts connections."
	changedText = "Send the row again; where it happens often, look for a proxy that changes answers on their way."
)

// registry is searched from its beginning: what is special stands before what is general.
var registry = []advised{
	{0, "app-not-guid", row.Invalid,
		"Put the app's id from Intune, a GUID of the form 8-4-4-4-12, into mobileAppId."},
	{0, "id-empty", row.Invalid, "Fill in the id of the status, or let --compare remote find it by the user."},
	{0, "id-reserved", row.Invalid, "Take the id as Microsoft Graph gives it: this one cannot stand in an address."},
	{0, "id-not-found", row.Invalid, "Check the user principal name: Graph has no status of that user for the app."},
	{0, "id-ambiguous", row.Invalid, "Fill in the id: Graph has several statuses of that user for the app."},
	{0, "upn-empty", row.Invalid, "Fill in the user principal name."},
	{0, "count-empty", row.Invalid, mendCount},
	{0, "count-not-integer", row.Invalid, mendCount},
	{0, "count-negative", row.Invalid, mendCount},
	{0, "count-too-large", row.Invalid, mendCount},
	{0, "count-too-small", row.Invalid, mendCount},
	{0, "not-utf8", row.Invalid, "Save the file as UTF-8, or name its encoding, such as --encoding windows-1252."},
	{0, "half-pair", row.Invalid, "Write the character whole: only half of its surrogate pair is there."},
	{0, "crlf", row.Invalid, "Take the line breaks out of the value: CSV would alter them."},
	{0, "placeholder", row.Invalid, mendExport},
	{0, "cut-off", row.Invalid, mendExport},
	{0, "cell-count", row.Invalid, mendRecord},
	{0, "quote-misplaced", row.Invalid, mendRecord},
	{0, "row-empty", row.Invalid, mendLine},
	{0, "header-again", row.Invalid, mendLine},
	{0, "missing", row.Invalid, mendObject},
	{0, "wrong-type", row.Invalid, mendObject},
	{0, "not-an-object", row.Invalid, mendObject},
	{0, "name-twice", row.Invalid, mendObject},
	{0, "name-ambiguous", row.Invalid, mendObject},
	{0, "too-long", row.Invalid, mendSize},
	{0, "too-deep", row.Invalid, mendSize},
	{0, "too-many-members", row.Invalid, mendSize},
	{0, "contradiction", row.Invalid,
		"Keep one of the rows with this app and id, or say which one counts with --duplicates first or last."},
	{anyStatus, "", row.Invalid, "Mend the row: the invalid file has it, with what is wrong beside it."},

	{anyStatus, "", row.Mismatched,
		"Compare both values, find out who else writes this status, and send the row again if it is right."},

	{anyStatus, "app-unknown", anyVerdict,
		"Check the tenant and the mobileAppId: Graph has no such app, nothing was sent."},
	{anyStatus, "id-unknown", anyVerdict,
		"Check the id: Graph has no such status for the app, nothing was sent; a device may not have reported yet."},
	{anyStatus, "redirect", anyVerdict, "Give --base-url the address of Graph itself: a redirect is never followed."},
	{anyStatus, "unreadable", anyVerdict, changedText},
	{anyStatus, "too-long", anyVerdict, changedText},
	{anyStatus, "sign-in", anyVerdict,
		"Send the row again when the sign-in service can be reached: statussync doctor tells."},
	{anyStatus, "timeout", anyVerdict,
		"Send the row again; where many rows time out, raise --timeout or lower --concurrency."},
	{anyStatus, "reset", anyVerdict, cutOff},
	{anyStatus, "closed", anyVerdict, cutOff},
	{anyStatus, "connection", anyVerdict, cutOff},
	{anyStatus, "canceled", anyVerdict,
		"Give the same command again: the run was stopped while the row was under way."},
	{0, "dns", anyVerdict, notReached},
	{0, "refused", anyVerdict, notReached},
	{0, "tls", anyVerdict, notReached},
	{0, "certificate", anyVerdict,
		"Check --base-url and this machine's clock; a proxy that looks into TLS needs its authority trusted here."},
	{0, "proxy", anyVerdict, "Check the proxy in HTTPS_PROXY, its user name and its password."},
	{0, "token", anyVerdict, "Check how the program signs in: there was no token to send the row with."},
	{0, "unsendable", anyVerdict, "Correct the app or the id: they cannot be written as an address of the service."},

	{400, "InternalError", anyVerdict,
		"Send the row again later: Intune failed inside; if that lasts, give Microsoft support the request-id."},
	{400, "", anyVerdict,
		"Compare the row with one that was confirmed; if none is, this Graph does not serve the route, of which the " +
			"README says more under \"When every row is answered 400\"."},
	{401, "", anyVerdict, "Get a new token for Microsoft Graph in this tenant, then give the same command again."},
	{403, "", anyVerdict,
		"Grant the app DeviceManagementApps.ReadWrite.All with admin consent; see that the tenant has an Intune licence."},
	{404, "", anyVerdict, "Check app, id and tenant; --compare remote finds such rows beforehand."},
	{405, "", anyVerdict, notServed},
	{408, "", anyVerdict, serviceIll},
	{409, "Directory_ConcurrencyViolation", anyVerdict,
		"Send the row again: somebody else was changing the same object at that moment."},
	{409, "", anyVerdict, "Find out who else writes this status, then send the row again if it is still right."},
	{410, "", anyVerdict, "Take the row out: what it is about has been removed from Graph."},
	{412, "", anyVerdict, "Look for a proxy that adds conditions to requests: none are sent from here."},
	{413, "", anyVerdict,
		"Shorten the texts of the row: the request is larger than the service or a proxy lets through."},
	{422, "", anyVerdict, "Correct the values of the row: the service understood them and refuses them."},
	{423, "", anyVerdict, "Send the row again later: the service has locked what it is about."},
	{429, "", anyVerdict,
		"Send the row again later; lower --rate or --quota-share if other jobs spend the quota of this tenant too."},
	{500, "", anyVerdict, "Send the row again; if that lasts, give Microsoft support the request-id and the time."},
	{501, "", anyVerdict, notServed},
	{502, "", anyVerdict, serviceIll},
	{503, "", anyVerdict, serviceIll},
	{504, "", anyVerdict, serviceIll},
	{505, "", anyVerdict, notServed},
	{507, "", anyVerdict,
		"Ask whose storage in the service is used up: sending the row again does not help until there is room."},
	{509, "", anyVerdict, "Send the row again later with a lower --rate: a limit of bandwidth was reached."},

	{anyStatus, "", row.Failed,
		"Read what the service said and correct what it names, then send the failed file again."},
	{anyStatus, "", row.Unknown,
		"Send the row again: it may have been applied, and once more does no harm, since it carries absolute values."},
}
