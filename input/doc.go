// Package input reads files into rows without altering them.
//
// [Expand] turns arguments into paths. [Open] begins to read one input, and [Reader.Next] returns one [Record] after
// another: a row, or what is wrong with it, and where. A value arrives byte for byte, or its record is refused with its
// place. Nothing is held per record.
package input
