package flows

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
				d.job(Job{Kind: JobFetchPhoto, Ref: p.ID})
			case PhotoStored:
				p.Reader = ""
				reading = true
			}
		}
		if reading {
			d.job(Job{Kind: JobReadPhotos})
		}
	case AwaitingCode:
		if d.c.Code != nil && d.c.Code.State == CodeStateSending && d.c.Code.MAC == nil {
			d.job(Job{Kind: JobSendCode, Rev: int64(d.c.Code.Seq)})
		}
	case Checking:
		d.job(Job{Kind: JobCheck, Rev: d.c.Rev + 1})
	case Recording, Filing:
		if !d.c.IdentityDone() {
			d.job(Job{Kind: JobIdentity})
		}
		if d.files() {
			missing := d.missingUploads()
			for _, side := range missing {
				d.job(Job{Kind: JobUpload, Ref: string(side)})
			}
			if len(missing) == 0 && d.c.IdentityDone() {
				d.job(Job{Kind: JobEvidence})
			}
		}
	}
}
