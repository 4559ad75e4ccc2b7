package reports

import (
	"cmp"
	"strings"

	"github.com/statussync/statussync/sync/row"
)

const (
	maxCards = 40  // groups that the page shows
	maxQuote = 300 // bytes of the page that one sample takes
)

// A groupCard is what the page shows of a group.
type groupCard struct {
	Title, Place, Advice, Said, RequestID, Share string
	Verdict                                      row.Verdict
	Rows, Again                                  int64
}

// groupsBeyond tells of the groups that have no card.
type groupsBeyond struct{ Groups, Rows int64 }

func (r *Run) groupCards(g *Groups) (cards []groupCard, beyond groupsBeyond) {
	for i, in := range g.sorted() {
		if i >= maxCards {
			beyond.Groups++
			beyond.Rows += in.rows
			continue
		}
		cards = append(cards, r.groupCard(in))
	}
	if silent := r.silent(g); silent > 0 {
		cards = append(cards, groupCard{
			Title: "no answer was recorded before the process ended", Advice: Advice(0, "", row.Unknown),
			Share: percent(silent, r.Rows), Verdict: row.Unknown, Rows: silent, Again: silent,
		})
	}
	return cards, beyond
}

func (r *Run) groupCard(in *group) groupCard {
	first := in.samples[0]
	card := groupCard{
		Title: plain(title(in)), Place: plain(r.spot(in.first)), Advice: in.advice(),
		Said:      clipEscaped(visible(cmp.Or(first.message, first.reason)), maxQuote),
		RequestID: clipEscaped(visible(first.requestID), maxQuote),
		Share:     percent(in.rows, r.Rows), Verdict: in.verdict, Rows: in.rows, Again: in.again,
	}
	if in.verdict == row.Mismatched {
		card.Title = verdictWords[row.Mismatched]
	}
	if in.last != in.first {
		card.Place += " to " + plain(r.spot(in.last))
	}
	return card
}

// plain undoes what named does for Wrap.
func plain(s string) string { return strings.ReplaceAll(s, hardSpace, " ") }

// silent returns the rows of which nothing is recorded but that they may have been sent.
func (r *Run) silent(g *Groups) int64 {
	return max(r.Counts[row.Unknown]-g.rows(row.Unknown), 0)
}
