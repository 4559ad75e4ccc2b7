package dispatch

// unlock gives the gate free, and the news to the observer: in order, by one goroutine at a time, and not under the
// lock, so that an observer that takes long holds up the one who tells, and nobody else. Who has something that others
// wait for, a turn at the tokens or the leave to make a request, unlocks the mutex itself: the news wait for another.
func (g *gate) unlock() {
	defer g.mu.Unlock()
	if g.telling {
		return
	}
	g.telling = true
	defer func() { g.telling = false }()
	for len(g.news) > 0 {
		e := g.news[0]
		g.news = g.news[1:]
		g.tell(e)
	}
}

func (g *gate) tell(e Event) {
	g.mu.Unlock()
	defer g.mu.Lock()
	g.d.observe(e)
}
