// Package input reads files into rows without altering them.
//
// [Expand] turns arguments into paths. [Open] begins to read one input, and [Reader.Next] returns one [Record] after
// another: a row, or what is wrong with it, and where. A value arrives byte for byte, or its record is refused with its
// place. Nothing is held per record. After the last one, [Reader.Warnings] says what else people should know;
// [Reader.Layout] says how to write records that can be read again.
//
// # What is read
//
// A table has a header, whose names may be those of Microsoft Graph, of Intune's exports, or one's own
// ([Options].Columns), in any order. Its delimiter is found out, and the lines that PowerShell (#TYPE) and Excel (sep=)
// put before the header are passed over. JSON is an array of objects, an object with an array as its member "value",
// objects on lines of their own, or the answer of one of Intune's reports, which names its columns in "Schema" and has
// its rows in "Values". Either may be compressed with gzip or zstd, and encoded in UTF-8, in UTF-16 with a byte order
// mark, or in windows-1252.
//
// A row needs all fields but userName. [Options] lets one app stand for the column mobileAppId, and a row lack its id.
// An object with the member "@statussync.held" that is true holds what Graph held: its texts but the id may be null or
// empty, its counts null or negative.
//
// # Limits
//
// A value has at most 1 MiB, a record 16 MiB and 1,000 cells. Compressed data may grow to 200 times its size once it is
// more than 16 MiB, and zstd may ask for a window of 32 MiB.
package input
