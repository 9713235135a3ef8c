package flows

import "testing"

// TestQueues checks that each kind has a queue and that cards for groups have their own.
func TestQueues(t *testing.T) {
	queues := map[string]bool{}
	for _, k := range []JobKind{JobFetchPhoto, JobReadPhotos, JobContact, JobSendCode, JobCheck, JobIdentity, JobUpload,
		JobEvidence, JobReply, JobRemind, JobExpire, JobPurge, JobRetryIncident} {
		q := Job{Kind: k}.Queue()
		if q == "" {
			t.Errorf("%s: got no queue, want one", k)
		}
		queues[q] = true
	}
	if len(queues) < 4 {
		t.Errorf("got queues %v, want at least 4", queues)
	}
	mine, group := Job{Kind: JobShow, ref: "case/x/applicant"}.Queue(), Job{Kind: JobShow, ref: "case/x/hr/oc_1"}.Queue()
	if mine == group || (Job{Kind: JobShow, ref: "board/oc/2026-06-01"}).Queue() != group {
		t.Errorf("got queue %s for people, %s for groups, want two", mine, group)
	}
}
