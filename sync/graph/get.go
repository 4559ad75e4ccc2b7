package graph

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/statussync/statussync/sync/row"
)

// Get reads one status, with one GET of its own address, whatever the path of the configuration. The status is as a
// Page has it. Its errors are those of List; HTTP status 404 says that the service does not know the app or the id.
func (c *Client) Get(ctx context.Context, appID, id string) (row.Status, row.Answer, error) {
	answer := row.Answer{ClientRequestID: uuid.NewString()}
	x := &exchange{}
	if err := c.route.entity(&x.url, appID, id); err != nil {
		answer, err = unsendable(answer, err)
		return row.Status{}, answer, err
	}
	o := &object{id: id, statusReader: statusReader{appID: appID}}
	answer, err := c.send(ctx, x, http.MethodGet, o, answer)
	if err != nil {
		return row.Status{}, answer, err
	}
	return o.status, answer, nil
}

// An object is the status that a Get expects.
type object struct {
	statusReader
	id    string
	inner bool // what is read stands within "value"
}

func (o *object) room() int { return maxBody }

func (o *object) read(p *page) (string, error) {
	if err := unmarshal(p.text, o); err != nil {
		return "", err
	}
	if got := o.status.ID; got != o.id && !(row.IsGUID(o.id) && strings.EqualFold(got, o.id)) {
		return "", &faultError{"the status that came back has another id than was asked for"}
	}
	return "", nil
}

// UnmarshalJSONFrom reads {…} or {"value":{…}}.
func (o *object) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	o.begin()
	if err := readMembers(dec, o.member); err != nil {
		return err
	}
	return o.end()
}

func (o *object) member(name []byte, dec *jsontext.Decoder) error {
	switch {
	case string(name) == "error":
		return errInside
	case string(name) == "value" && !o.inner:
		o.inner = true
		return readMembers(dec, o.member)
	}
	return o.statusReader.member(name, dec)
}
