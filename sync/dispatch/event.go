package dispatch

import "time"

// A Kind says what an Event is about.
type Kind uint8

// The kinds of events.
const (
	Attempt    Kind = iota + 1 // a request was answered, or was not
	Pause                      // the gate closed, or stays closed for longer
	Resume                     // the gate is open again; a run that ends within a pause has one too
	RateChange                 // requests are made at Rate from now on; the rate that Options set needs none
)

// An Event is something that happened while dispatching. A field that says nothing about its kind is zero.
type Event struct {
	Kind       Kind
	At         time.Time
	Row        int64         // Attempt: the row's number, 0 of a Read
	Read       bool          // Attempt: of a Read, which changes nothing
	Try        int           // Attempt: which request of the row in this session, or of the Read, from 1
	HTTPStatus int           // Attempt, Pause: the answer's status, 0 for silence. Resume: that of the last Pause
	Code       string        // Attempt, Pause: the answer's code
	Duration   time.Duration // Attempt: from the request to its answer. Resume: how long the gate was closed
	Until      time.Time     // Pause: when the next request may be made
	Asked      bool          // Pause: the service said until when
	Outage     bool          // Attempt: a probe into an outage. Pause: the service is out. Resume: as the last Pause
	Unmade     bool          // Pause: not even requests can be made, and Message says why
	Message    string        // Pause: of the answer
	Rate       float64       // RateChange: requests per second
}
