package reports

type spanDoc struct {
	Start         string           `json:"start"`
	Seconds       float64          `json:"seconds"`
	Requests      map[string]int64 `json:"requests"` // by status, as in byStatus
	Reads         map[string]int64 `json:"reads,omitempty"`
	Pauses        int64            `json:"pauses,omitempty"`
	PausedSeconds float64          `json:"pausedSeconds,omitempty"`
	Rate          float64          `json:"rate,omitempty"`
}

func spanDocs(run *Run) []spanDoc {
	docs := []spanDoc{}
	for _, s := range run.timeline().spans {
		docs = append(docs, spanDoc{
			stamp(s.Start), seconds(s.Length), byStatus(s.Requests), byStatus(s.Reads), s.Pauses, seconds(s.Paused),
			rounded(s.Rate, 100),
		})
	}
	return docs
}
