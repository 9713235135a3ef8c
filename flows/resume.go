package flows

import "time"

// resume queues the jobs for the missing work of state s. It may queue a job twice, because every worker reads the case
// before it acts.
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
				p.Reader = "" // release the claim of a job that may have died
				reading = true
			}
		}
		if reading {
			d.job(ReadPhotos(0))
		}
	case AwaitingBankCard:
		if b := d.c.BankCard; b != nil && b.State == BankAsking {
			d.job(LookUpBank(b.Seq))
		}
	case AwaitingFace:
		switch f := d.c.FaceCheck; {
		case f == nil:
		case f.State == FaceAsking:
			d.job(OpenFace(f.Seq))
		case f.State == FaceOpen:
			d.job(FetchFace(f.Seq, time.Time{}))
		}
	case AwaitingCode:
		if d.c.Code != nil && d.c.Code.State == CodeStateSending && d.c.Code.MAC == nil {
			d.job(SendCode(d.c.Code.Seq, time.Time{}))
		}
	case Checking:
		d.job(CheckPerson(d.c.Rev + 1)) // the case enters Checking after this step, with the next revision
	case Recording, Filing:
		d.nextWrite()
	}
}
