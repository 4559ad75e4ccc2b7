// Package dispatch decides when a request is made.
//
// [New] makes a [Dispatcher] and [Dispatcher.Run] takes every [Task] to its one outcome with a pool of workers. An
// attempt takes a token of the limiter first and looks at the gate second: the other order lets workers that queue for
// tokens send into a pause. All retries of the program happen here, so that each of them is limited as well.
//
// [Dispatcher.Read] makes a request that changes nothing, with tries and pauses of the same kind. [Dispatcher.State]
// tells how things stand. With Options.Adaptive the rate in force falls below Options.Rate where the service refuses
// so many requests with HTTP status 429, and rises again while it does not. [Dispatcher.Allowed] tells it: a later
// Dispatcher may begin with that, as Options.Learned.
//
// # What closes the gate
//
// The gate is one for all workers.
//
//   - Until the service has given its first decisive answer one request is under way at a time. A decisive answer is a
//     yes or a refusal for good: neither a wish to wait, nor a fault that may pass, nor silence.
//   - When the service asks for a pause, nothing is sent before the latest time that it asked for. If it does not say
//     how long, the pause is 2 s, doubling to 20 s, plus up to a quarter of that; the first one is 1 s while an
//     adaptive rate feels its way below Options.Rate. After a pause the limiter starts
//     empty, and requests are made one at a time until one of them is answered decisively.
//   - When the last 8 requests, of different rows, found no connection, or met with a fault that may pass and leaves it
//     open whether they were applied, the service is out: one request at a time probes it 1, 2, 4, then every 5 s
//     later, and the first answer of another kind ends the outage. That a row is locked is such an answer.
//
// # How a run ends
//
// Run returns nil when every task has its outcome, else a [*Stop]. In both cases no goroutine is left and each row for
// which a request was made has been recorded once. A stop starts no new request; those under way are waited for, or,
// when the caller's context has ended, cancelled after [Options.Grace].
package dispatch
