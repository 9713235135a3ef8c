package flows

import (
	"strconv"
	"time"
)

// InviteJoiners invites those of a tenant who have joined and whose time has come, or asks HR about them. One job is
// enough for all who wait for the same moment.
func InviteJoiners(tenantKey string, at time.Time) Job {
	return Job{
		Kind:  JobJoiners,
		rev:   at.Unix(),
		At:    at,
		Args:  map[Arg]string{ArgTenant: tenantKey},
		Merge: "joiners/" + tenantKey + "/" + strconv.FormatInt(at.Unix(), 10),
	}
}

// JoinersSlot returns the moment of InviteJoiners.
func (j Job) JoinersSlot() time.Time { return time.Unix(j.rev, 0) }

// JoinersTarget is the target of the campaign for those who joined before a moment.
func JoinersTarget(slot time.Time) CampaignTarget {
	return CampaignTarget{Kind: TargetJoiners, ID: slot.UTC().Format(time.RFC3339), Name: slot.In(ChinaTime).Format("2006-01-02")}
}

// CompareName reads a person's name from the directory and compares it with the recorded identity. It carries no name.
func CompareName(tenantKey, openID string) Job {
	return Job{Kind: JobCompareName}.With(ArgTenant, tenantKey).With(ArgPerson, openID)
}

// EraseLeaver deletes what is kept of a person who has left at a time, if the person has not come back.
func EraseLeaver(tenantKey, openID string, left, at time.Time) Job {
	return Job{Kind: JobEraseLeaver, rev: left.UnixMilli(), At: at}.With(ArgTenant, tenantKey).With(ArgPerson, openID)
}

// EndTenant ends the work of a tenant that has uninstalled the app at a time; last says that the retention is over, and
// what is kept is deleted. It does nothing if the app was installed again. page counts from 0.
func EndTenant(tenantKey string, uninstalled time.Time, last bool, page int64, at time.Time) Job {
	ref := endTenantOpen
	if last {
		ref = endTenantLast
	}
	j := Job{Kind: JobEndTenant, ref: ref, rev: page, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
	return j.With(ArgSince, uninstalled.UTC().Format(time.RFC3339Nano))
}

// Values of ref in EndTenant.
const (
	endTenantOpen = "open"
	endTenantLast = "last"
)

// EndsRetention reports whether an EndTenant deletes what is kept.
func (j Job) EndsRetention() bool { return j.ref == endTenantLast }

// SyncStaff asks the directory about people of whom the bot may have missed an event. run is the same for all pages of
// one synchronisation.
func SyncStaff(tenantKey, run string, page int64, at time.Time) Job {
	return Job{Kind: JobSyncStaff, ref: run, rev: page, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// SyncRun returns the run of SyncStaff.
func (j Job) SyncRun() string { return j.ref }

// LeftAt returns when the person of EraseLeaver has left.
func (j Job) LeftAt() time.Time { return time.UnixMilli(j.rev) }
