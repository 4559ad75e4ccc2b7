package reports

type groupDoc struct {
	Verdict    string      `json:"verdict"`
	HTTPStatus int         `json:"httpStatus,omitempty"`
	Code       string      `json:"code,omitempty"`
	Advice     string      `json:"advice,omitempty"`
	Rows       int64       `json:"rows"`
	First      placeDoc    `json:"first"`
	Last       placeDoc    `json:"last"`
	Samples    []sampleDoc `json:"samples"`
}

type placeDoc struct {
	Row  int64  `json:"row"`
	File string `json:"file"`
	Line int64  `json:"line"`
}

type sampleDoc struct {
	placeDoc
	Message         string `json:"message,omitempty"`
	Reason          string `json:"reason,omitempty"`
	RequestID       string `json:"requestId,omitempty"`
	ClientRequestID string `json:"clientRequestId,omitempty"`
}

func groupDocs(run *Run, g *Groups) []groupDoc {
	docs := []groupDoc{}
	for _, in := range g.sorted() {
		doc := groupDoc{
			Verdict: in.verdict.String(), HTTPStatus: in.status, Code: in.code, Advice: in.advice(), Rows: in.rows,
			First: run.place(in.first), Last: run.place(in.last),
		}
		for _, s := range in.samples {
			doc.Samples = append(doc.Samples,
				sampleDoc{run.place(s.place), s.message, s.reason, s.requestID, s.clientRequestID})
		}
		docs = append(docs, doc)
	}
	return docs
}

// place names the input of p.
func (r *Run) place(p place) placeDoc {
	doc := placeDoc{Row: p.row, Line: p.line}
	if 0 <= p.input && p.input < len(r.Inputs) {
		doc.File = r.Inputs[p.input].Name
	}
	return doc
}
