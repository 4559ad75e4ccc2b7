package reports

import (
	"fmt"
	"path/filepath"
)

const latest = "latest"

// Latest lets the name "latest" in the folder runs lead to the run id, at once for every reader. It is a relative
// symbolic link. Where links cannot be made it is a plain file that holds the id with a line end: then linked is
// false, and a path through "latest" leads nowhere.
func Latest(runs, id string) (linked bool, err error) {
	d, err := openFolder(runs)
	if err != nil {
		return false, err
	}
	defer d.close()
	return point(d, id)
}

func point(d folder, id string) (linked bool, err error) {
	if id == "." || !filepath.IsLocal(id) || filepath.Base(id) != id {
		return false, &Error{Op: "link", Name: latest, Err: fmt.Errorf("%q is not the name of a run", id)}
	}
	temp := tempName()
	if err := d.symlink(id, temp); err != nil {
		return false, replace(d, latest, []byte(id+"\n"))
	}
	if err := d.rename(temp, latest); err != nil {
		d.remove(temp)
		return false, &Error{Op: "rename", Name: latest, Err: err}
	}
	return true, settle(d, latest)
}
