package run

import "testing"

// TestParseVerify reads what String writes.
func TestParseVerify(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"all": "all", "none": "none", "unknown": "unknown", "sample=2%": "sample=2%", "sample=0.5%": "sample=0.5%",
		"sample=100%": "all", "sample=7%": "sample=7%", "sample=33.3%": "sample=33.3%",
		"": "", "sample=0%": "", "sample=101%": "", "sample=2": "", "2%": "", "sample=-1%": "", "sample=NaN%": "",
		"sample=1e1%": "", "All": "", "sample=%": "", "sample=0x1p1%": "", "sample=.%": "",
	} {
		v, err := ParseVerify(text)
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && v.String() != want {
			t.Errorf("%q reads as %v", text, v)
		}
		if err != nil && (ExitStatus(err) != ExitUsage || !has(err, "sample=2%")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSampleIsEven takes about the share that it is told to, from every part of the rows.
func TestSampleIsEven(t *testing.T) {
	t.Parallel()
	v := Verify{Share: 0.1}
	for part := range int64(10) {
		taken := 0
		for n := range int64(10_000) {
			if v.takes(part*10_000 + n + 1) {
				taken++
			}
		}
		if taken < 850 || taken > 1150 {
			t.Errorf("%d of 10,000 rows are taken", taken)
		}
	}
}
