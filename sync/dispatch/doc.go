// Package dispatch decides when a request is made.
//
// [New] makes a [Dispatcher] and [Dispatcher.Run] takes every [Task] to its one outcome with a pool of workers. An
// attempt takes a token of the limiter first and looks at the gate second: the other order lets workers that queue for
// tokens send into a pause. All retries of the program happen here, so that each of them is limited as well.
//
// [Dispatcher.Read] makes a request that changes nothing, with tries and pauses of the same kind. [Dispatcher.State]
// tells how things stand.
//
// # The rate in force
//
// With Options.Adaptive the rate that is really allowed is found, below Options.Rate.
//
//   - The requests that were accepted in the last Rate.Per, the window, are the best estimate of what is granted. After
//     a 429 the rate is 99% of that; all 429s to requests that were under way at the first one are one event. Until the
//     first window is over, half of the first rate is asked for all the same, as long as anything is accepted: others
//     who were there before have left little, and make room only for one who asks.
//   - From then on no window holds more than the rate allows, refused requests and those under way counted. They follow
//     each other a quarter faster than that on average, so that a pause is made up for without a burst.
//   - For a window and a half the rate stays. Within the next it rises by 2% and three requests; behind that it doubles
//     in every 0.8 windows, until it is refused or Options.Rate again. Time in which nobody waits to send is left out.
//   - Where a service says what is left of its quota, nothing is sent into an empty one, nor more than its limit.
//
// [Dispatcher.Allowed] tells the rate: a later Dispatcher may begin with it, as Options.Learned.
//
// # What closes the gate
//
// The gate is one for all workers.
//
//   - Until the service has given its first decisive answer one request is under way at a time. A decisive answer is a
//     yes or a refusal for good: neither a wish to wait, nor a fault that may pass, nor silence.
//   - When the service asks for a pause, nothing is sent before the latest time that it asked for. If it does not say
//     how long, the pause is 2 s, doubling to 20 s, plus up to a quarter of that; the first one is 1 s while an
//     adaptive rate feels its way below Options.Rate. After a pause the limiter starts empty, or with one token when
//     the rate is adaptive, and requests are made one at a time until one of them is answered decisively.
//   - When the last 8 requests, of different rows, found no connection, or met with a fault that may pass and leaves it
//     open whether they were applied, the service is out: one request at a time probes it 1, 2, 4, then every 5 s
//     later, and the first answer of another kind ends the outage. That a row is locked is such an answer. A call for
//     which not even a request could be made, since nobody hands out a token, counts here, and nowhere as an attempt.
//
// # How a run ends
//
// Run returns nil when every task has its outcome, else a [*Stop]. In both cases no goroutine is left and each row for
// which a request was made has been recorded once. A stop starts no new request; those under way are waited for, or,
// when the caller's context has ended, cancelled after [Options.Grace].
package dispatch
