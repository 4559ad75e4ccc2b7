package reports

// exitWords has the meaning of each exit status in a word; scripts read them in report.json.
var exitWords = map[int]string{
	0: "done", 1: "error", 2: "usage", 3: "refused", 4: "failures", 5: "unfinished", 6: "denied", 7: "stopped",
	8: "locked", 9: "unrecorded", 10: "work", 129: "hangup", 130: "interrupted", 143: "terminated",
}

// ExitWord returns the meaning of an exit status in one word, such as "failures" for 4; "error" for one that is
// unknown.
func ExitWord(status int) string {
	if word, ok := exitWords[status]; ok {
		return word
	}
	return exitWords[1]
}
