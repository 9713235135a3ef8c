package flows

import "testing"

// A job's queue is that of the upstream it calls, and groups wait in a queue of their own.
func TestQueues(t *testing.T) {
	queues := map[string]bool{}
	for _, k := range []JobKind{JobFetchPhoto, JobReadPhotos, JobContact, JobSendCode, JobCheck, JobIdentity, JobUpload,
		JobEvidence, JobReply, JobRemind, JobExpire, JobPurge, JobRetryAll} {
		q := Job{Kind: k}.Queue()
		if q == "" {
			t.Errorf("%s has no queue", k)
		}
		queues[q] = true
	}
	if len(queues) < 4 {
		t.Errorf("queues %v", queues)
	}
	mine, group := Job{Kind: JobShow, ref: "case/x/applicant"}.Queue(), Job{Kind: JobShow, ref: "case/x/hr/oc_1"}.Queue()
	if mine == group || (Job{Kind: JobShow, ref: "board/oc/2026-06-01"}).Queue() != group {
		t.Errorf("cards of people wait in %s, of groups in %s", mine, group)
	}
}
