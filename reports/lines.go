package reports

import "bufio"

// Lines is one more file of a run, which its caller fills. Its errors are of type *Error.
type Lines struct {
	dir   folder
	draft *draft
}

// CreateLines begins the file in the folder dir, which is made when it is missing, under a temporary name. The caller
// ends with Commit or Abort.
func CreateLines(dir, name string) (*Lines, error) {
	d, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	return createLines(d, name)
}

func createLines(d folder, name string) (*Lines, error) {
	draft, err := begin(d, name, bufio.NewWriterSize(nil, bufferSize))
	if err != nil {
		d.close()
		return nil, err
	}
	return &Lines{d, draft}, nil
}

// Add appends to the file.
func (l *Lines) Add(line []byte) error {
	_, err := l.draft.w.Write(line)
	return l.draft.written(err)
}

// Commit makes the file durable, then gives it its final name in place of an older file. After an error there is the
// older one, or none.
func (l *Lines) Commit() error {
	err := refuseLinks(l.dir, l.draft.name)
	if err == nil {
		err = l.draft.commit()
	}
	if err != nil {
		l.Abort()
		return err
	}
	l.close()
	return nil
}

// Abort gives the file up. After Commit it does nothing.
func (l *Lines) Abort() {
	if l.dir != nil {
		l.draft.discard()
		l.close()
	}
}

func (l *Lines) close() {
	l.dir.close()
	l.dir = nil
}
