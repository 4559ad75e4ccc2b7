package input

// watchLong refuses a record that breaks a limit before the csv.Reader has all of it in memory.
func (c *csvDecoder) watchLong(record []byte) error {
	if c.long == nil || c.longAt != c.at {
		c.long, c.longAt = newScanner(c.header.delimiter), c.at
	}
	return c.checkLimits(c.long, record, c.line)
}

// checkLimits scans a record that begins on a line, and refuses what is too long; a value counts with its quotes.
func (c *csvDecoder) checkLimits(s *scanner, record []byte, line int64) error {
	s.scan(record)
	refuse := func(offset int, hint, format string, args ...any) error {
		line, column := at(record, offset, line)
		return c.fail(line, column, hint, format, args...)
	}
	switch {
	case len(s.starts) > maxCells:
		return refuse(s.starts[maxCells], "", "the record has more than %d cells", maxCells)
	case s.tooLong != none && s.tooLong == s.quote:
		return refuse(s.tooLong, "close the quote if it is not", "the quoted cell that opens here is longer than 1 MiB")
	case s.tooLong != none:
		return refuse(s.tooLong, "", "the cell that begins here is longer than 1 MiB")
	case s.starts[0] > maxCell:
		return refuse(s.starts[0], "", "the empty lines before this one are longer than 1 MiB")
	case len(record) > maxRow:
		return refuse(s.starts[0], "", "the record is longer than 16 MiB")
	}
	return nil
}
