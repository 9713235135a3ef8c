package flows

import "time"

// resume queues what is still missing in a state; safe to call again, since every worker
// looks at the case before it acts.
func (d *decision) resume(s State) {
	switch s {
	case AwaitingPhotos:
		reading := false
		for i := range d.c.Photos {
			p := &d.c.Photos[i]
			switch p.State {
			case PhotoWaiting:
				d.job(FetchPhoto(p.ID))
			case PhotoStored:
				p.Reader = ""
				reading = true
			}
		}
		if reading {
			d.job(ReadPhotos(0))
		}
	case AwaitingCode:
		if d.c.Code != nil && d.c.Code.State == CodeStateSending && d.c.Code.MAC == nil {
			d.job(SendCode(d.c.Code.Seq, time.Time{}))
		}
	case Checking:
		d.job(CheckPerson(d.c.Rev + 1))
	case Recording, Filing:
		if !d.c.IdentityDone() {
			d.job(RecordIdentity())
		}
		if d.filesEvidence() {
			missing := d.missingUploads()
			for _, side := range missing {
				d.job(UploadPhoto(side))
			}
			if len(missing) == 0 && d.c.IdentityDone() {
				d.job(FileEvidence())
			}
		}
	}
}
